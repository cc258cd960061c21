import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

/** What the examples assume: what they import, and what the program around them has. */
const surroundings = `
import assert from 'node:assert';
import { appendFileSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import {
  asyncScheduler, BehaviorSubject, concatMap, concatWith, distinctUntilChanged, map, merge, mergeMap, of, take, timeout,
  type Observable,
} from 'rxjs';
import type { RunHelpers, TestScheduler } from 'rxjs/testing';
import { Agent, fetch } from 'undici';
import { createModules, machine, network, OSError, type Poll, type Socket, type UART, uselect, usocket } from 'rx-usocket';
import {
  Control, createEmulator, type Emulator, serveControl, servePty, serveTcp, serveUartOnPty,
} from 'rx-usocket/emulator';
import { ESP8285 } from 'rx-usocket/esp8285';
import { HostNic } from 'rx-usocket/host';
import { connect, connector, createServer, createSocket, HttpAgent, HttpsAgent, listen, lookup } from 'rx-usocket/node';
import {
  ByteQueue, ByteReader, Mutex, queueBytes, type Readiness, readline, Runner, sameReadiness,
} from 'rx-usocket/streams';
import { recordUart, replayUart, type Rule, scriptedModem, type Talk, virtualModem } from 'rx-usocket/testing';
import { observe, watch } from 'rx-usocket/watch';
import { type WebSerialPort, webSerialUart, webSocketUart } from 'rx-usocket/web-serial';

declare const nic: ESP8285, uart: UART, emulator: Emulator, poller: Poll;
declare const sock: Socket, socket: Socket, address: readonly [string, number], path: string | undefined;
declare const bytes: Buffer, request: Buffer, rx$: Observable<Uint8Array>, readiness$: Observable<Readiness>;
declare const read$: Observable<string>, other$: Observable<string>, answer$: Observable<string>;
declare const goodbye$: Observable<never>;
declare const scheduler: TestScheduler, cold: RunHelpers['cold'], expectObservable: RunHelpers['expectObservable'];
declare const navigator: { readonly serial: { requestPort(): Promise<WebSerialPort> } };
`;

/** The examples in the docstrings of declarations, as an editor shows them to a user. Those that are not code are left out. */
export function examplesIn(folder: string): readonly string[] {
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.d.mts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const docstrings = texts.flatMap((text) => [...text.matchAll(/\/\*\*([^]*?)\*\//g)].map(([, inside = '']) => inside));
  return [...new Set(docstrings.flatMap((docstring) => indentedBlocks(docstring)))].filter(
    (block) => !isDrawing(block),
  );
}

/** One program with a function for each example. It is compiled, and not run. */
export function exampleProgram(examples: readonly string[]): string {
  const functions = examples.map((code, index) => {
    const lines = code.split('\n').filter((line) => !line.startsWith('import '));
    return `export async function example${index}() {\n${lines.join('\n')}\n}\n`;
  });
  return `${surroundings}\n${functions.join('\n')}`;
}

/** What is indented by four more blanks than the text of the docstring. */
function indentedBlocks(docstring: string): readonly string[] {
  const text = docstring.replace(/^[ \t]*\* ?/gm, '');
  return [...text.matchAll(/(?:^ {4}.*\n|^\n(?= {4}))+/gm)].map(([block]) => block.replace(/^ {4}/gm, '').trim());
}

/** Whether a block is a marble diagram or a piece of a recording. These are no code, in any language. */
function isDrawing(block: string): boolean {
  const { diagnostics = [] } = ts.transpileModule(block, { reportDiagnostics: true });
  return diagnostics.length > 0 && /-{2}|^\d+ [<>] /m.test(block);
}
