#!/usr/bin/env node
import { Command } from 'commander';

import { emulateCommand } from './emulate';

new Command('rx-usocket')
  .description('Sockets over an ESP8285 Wi-Fi modem on a serial line: the tools that come with the library.')
  .addCommand(emulateCommand())
  .parseAsync()
  .catch((error: unknown) => {
    console.error(`rx-usocket: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
