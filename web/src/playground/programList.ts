import downloadPicture from '../../../samples/download-picture.ts?raw';
import downloadPictureStreams from '../../../samples/download-picture-streams.ts?raw';
import sendPicture from '../../../samples/send-picture.ts?raw';
import datagrams from './programs/datagrams.ts?raw';
import fiveSockets from './programs/fiveSockets.ts?raw';
import look from './programs/look.ts?raw';
import poll from './programs/poll.ts?raw';
import server from './programs/server.ts?raw';
import streams from './programs/streams.ts?raw';
import timeouts from './programs/timeouts.ts?raw';

/** A program that the page offers. */
export interface OfferedProgram {
  /** Its place in the storage of the browser. */
  readonly id: string;
  readonly title: string;
  readonly code: string;
  /** The samples of the repository read options of the command line. */
  readonly hasOptions?: boolean;
}

const firstProgram: OfferedProgram = {
  id: 'download-picture',
  title: 'Download a picture',
  code: downloadPicture,
  hasOptions: true,
};

/** The samples of the repository as they are, and programs that were written for the page. */
export const offeredPrograms: readonly [OfferedProgram, ...OfferedProgram[]] = [
  firstProgram,
  {
    id: 'download-picture-streams',
    title: 'Download a picture, as streams',
    code: downloadPictureStreams,
    hasOptions: true,
  },
  { id: 'send-picture', title: 'Send the picture', code: sendPicture, hasOptions: true },
  { id: 'server', title: 'A server with several clients', code: server },
  { id: 'datagrams', title: 'Datagrams (UDP)', code: datagrams },
  { id: 'five-sockets', title: 'Five sockets at once', code: fiveSockets },
  { id: 'poll', title: 'uselect.poll', code: poll },
  { id: 'streams', title: 'Questions and answers as streams', code: streams },
  { id: 'timeouts', title: 'What goes wrong, and how it ends', code: timeouts },
  { id: 'look', title: 'What modem is this?', code: look },
];
