import { useEffect, useState } from 'preact/hooks';

import { useObservable } from '../app/useObservable';
import type { PageFile, PageFiles } from './run/files';

const none: readonly PageFile[] = [];
const types: Readonly<Record<string, string>> = {
  bmp: 'image/bmp',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
};
/** Characters. */
const longestText = 400;

/** The files that programs have saved. */
export function SavedFiles({ files }: { readonly files: PageFiles }) {
  const all = useObservable(files.all$, none);
  if (all.length === 0) return null;
  return (
    <ul class="saved-files" aria-label="Saved files">
      {all.map((file) => (
        <SavedFile key={file.name} file={file} />
      ))}
    </ul>
  );
}

function SavedFile({ file: { name, bytes } }: { readonly file: PageFile }) {
  const type = typeOf(name, bytes);
  const url = useUrl(bytes, type);
  const isPicture = type.startsWith('image/');
  return (
    <li>
      {isPicture && url !== undefined && <img src={url} alt={`The picture ${name}`} />}
      <div>
        {url !== undefined && (
          <a href={url} download={name}>
            {name}
          </a>
        )}{' '}
        <span class="muted">{bytes.length.toLocaleString('en')} bytes</span>
        {type === 'text/plain' && <pre>{new TextDecoder().decode(bytes.subarray(0, longestText))}</pre>}
      </div>
    </li>
  );
}

/** The URL of the bytes, as long as they are shown. */
function useUrl(bytes: Uint8Array<ArrayBuffer>, type: string): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, type]);
  return url;
}

function typeOf(name: string, bytes: Uint8Array): string {
  const [, ending = ''] = /\.([^.]+)$/.exec(name) ?? [];
  const isBitmap = bytes[0] === 0x42 && bytes[1] === 0x4d;
  const isText = bytes.subarray(0, longestText).every((byte) => byte === 9 || byte === 10 || byte === 13 || byte >= 32);
  return types[ending.toLowerCase()] ?? (isBitmap ? 'image/bmp' : isText ? 'text/plain' : 'application/octet-stream');
}
