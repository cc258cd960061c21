/** What `import … from 'rx-usocket'` means in this folder: the source, so that nothing has to be built first. */
export * from '../src';
