#!/usr/bin/env node
import { rxUsocket } from './program';

rxUsocket()
  .parseAsync()
  .catch((error: unknown) => {
    console.error(`rx-usocket: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
