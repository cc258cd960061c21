import type { FirmwareVersion } from 'rx-usocket/emulator';

/** The payload of one block, and what the modem sends around it, both in bytes. */
interface Block {
  readonly payload: number;
  readonly around: number;
}

/** AT 1.5 pushes `\r\n+IPD,0,1460:` and the data. The others announce data, are asked for them, and answer OK. */
const received: Readonly<Record<FirmwareVersion, Block>> = {
  '1.5': { payload: 1460, around: 14 },
  '1.7.4': { payload: 2048, around: 64 },
  '2.2.2': { payload: 5760, around: 62 },
};

/** `AT+CIPSEND=0,2048`, the prompt, the data, `Recv 2048 bytes` and `SEND OK`, one after another. */
const sent: Block = { payload: 2048, around: 57 };

/**
 * The most payload bytes per second that a serial line carries, with ten bits to the byte. The modem and the network need
 * time of their own, which is not counted here.
 */
export function capacity(baud: number, firmware: FirmwareVersion): { readonly down: number; readonly up: number } {
  const share = ({ payload, around }: Block): number => payload / (payload + around);
  return { down: (baud / 10) * share(received[firmware]), up: (baud / 10) * share(sent) };
}
