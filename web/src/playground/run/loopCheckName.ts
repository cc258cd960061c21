/**
 * The name of the global function that each round of a loop calls. It is alone here, because the frame of a program should not
 * load the parser.
 */
export const loopCheck = '__loopCheck';
