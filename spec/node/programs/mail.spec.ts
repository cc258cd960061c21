import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { describe, expect, it } from '@jest/globals';
import { createTransport, type Transporter } from 'nodemailer';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

import { noise } from '../../../harness/peers/bytes';
import { signed } from '../../../harness/peers/certificate';
import { ourSockets, type Sockets } from '../support/sockets';

/** A mail that a server has taken. */
interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly isEncrypted: boolean;
  readonly content: string;
}

/** A mail server on loopback, which offers STARTTLS. Dispose of it with `await using`. */
async function mailServer(options: SMTPServerOptions = {}) {
  const mails: Mail[] = [];
  const smtp = new SMTPServer({
    cert: signed.cert,
    key: signed.key,
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _session, done) =>
      password === 'my-password' ? done(null, { user: username }) : done(new Error('no')),
    onData: (stream, { envelope, secure }, done) => {
      void buffer(stream).then((bytes) => {
        const { mailFrom, rcptTo } = envelope;
        const from = mailFrom ? mailFrom.address : '';
        mails.push({ from, to: rcptTo.map(({ address }) => address), isEncrypted: secure, content: String(bytes) });
        done(null, 'taken');
      }, done);
    },
    ...options,
  });
  smtp.on('error', () => undefined);
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
  return {
    mails,
    smtp,
    port: (smtp.server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => smtp.close(resolve)),
  };
}

/** Sends mail through the interface. */
function transportOver(sockets: Sockets, port: number, options: object = {}): Transporter {
  return createTransport({
    host: '127.0.0.1',
    port,
    getSocket: ({ host, port }, callback) => {
      const connection = sockets.connect({ host, port: Number(port) });
      const failed = (error: Error) => callback(error);
      connection.once('error', failed).once('connect', () => {
        connection.off('error', failed);
        callback(null, { connection });
      });
    },
    ...options,
  });
}

const picture = noise(30_000);
const mail = {
  from: 'device@example.test',
  to: 'reader@example.test, other@example.test',
  subject: 'The temperature',
  text: 'It is warm.\n.\nStill warm.\n',
  attachments: [{ filename: 'picture.bin', content: picture }],
};

/** The attachment of a mail, in the lines of Base64. */
const attached = picture.toString('base64').replace(/.{76}/g, '$&\r\n');

describe.each(ourSockets)('mail, on $name,', (tested) => {
  it('is sent with an attachment, and encrypted by STARTTLS', async () => {
    await using sockets = await tested.start();
    await using server = await mailServer();
    const auth = { user: 'user', pass: 'my-password' };
    const transport = transportOver(sockets, server.port, {
      auth,
      requireTLS: true,
      tls: { ca: signed.authority, servername: 'tls.example' },
    });
    expect(await transport.sendMail(mail)).toMatchObject({ response: '250 taken', rejected: [] });
    const [taken] = server.mails;
    expect(taken).toMatchObject({
      from: 'device@example.test',
      to: ['reader@example.test', 'other@example.test'],
      isEncrypted: true,
    });
    expect(taken?.content).toContain('It is warm.\r\n.\r\nStill warm.');
    expect(taken?.content.includes(attached)).toBe(true);
    transport.close();
  });

  it('is not sent to a server whose certificate is not trusted', async () => {
    await using sockets = await tested.start();
    await using server = await mailServer();
    const transport = transportOver(sockets, server.port, { requireTLS: true, tls: { servername: 'tls.example' } });
    await expect(transport.sendMail(mail)).rejects.toMatchObject({ code: 'ESOCKET', command: 'CONN' });
    expect(server.mails).toEqual([]);
    transport.close();
  });

  it('is sent one after the other on connections that are kept', async () => {
    await using sockets = await tested.start();
    let connections = 0;
    await using server = await mailServer({
      disabledCommands: ['STARTTLS'],
      onConnect: (_session, done) => {
        connections++;
        done();
      },
    });
    const transport = transportOver(sockets, server.port, { pool: true, maxConnections: 2 });
    await Promise.all(['one', 'two', 'three', 'four'].map((text) => transport.sendMail({ ...mail, text })));
    expect(server.mails).toHaveLength(4);
    expect(connections).toBe(2);
    transport.close();
  });
});

const [, ...overModems] = ourSockets;

describe.each(overModems)('mail, on $name, when the modem restarts,', (tested) => {
  it('fails with ECONNRESET, and is sent again', async () => {
    await using sockets = await tested.start();
    let restart: (() => void) | undefined = () => sockets.restart();
    await using server = await mailServer({
      onRcptTo: (_address, _session, done) => {
        restart?.();
        restart = undefined;
        done();
      },
    });
    const transport = transportOver(sockets, server.port, { ignoreTLS: true });
    await expect(transport.sendMail(mail)).rejects.toThrow('read ECONNRESET');
    expect(await sockets.isBack()).toBe(true);
    expect(await transport.sendMail(mail)).toMatchObject({ response: '250 taken' });
    expect(server.mails).toHaveLength(1);
    transport.close();
  });
});
