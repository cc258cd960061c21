#!/usr/bin/env node
import { processContext } from './console/context';
import { run } from './program';

void run(process.argv.slice(2), processContext()).then((exitCode) => {
  // That of a lost output stays.
  process.exitCode ??= exitCode;
});
