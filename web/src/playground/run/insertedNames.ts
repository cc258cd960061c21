/*
 * The names of global functions whose calls are inserted into a program. They are alone here, because the frame of a program
 * should not load the parser.
 */

/** Is called in each round of a loop. */
export const loopCheck = '__loopCheck';

/** Is called when the modules of the program have been loaded, and it begins. */
export const programBegun = '__programBegun';
