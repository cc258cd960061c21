/**
 * The page opens lines and programs of this machine, and runs what its user writes in a frame of its own. It loads nothing from
 * elsewhere, and what runs in it can send nothing elsewhere.
 */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self' blob:",
  "worker-src 'self' blob:",
  "frame-src 'self'",
  // The editor makes its style sheets itself.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "manifest-src 'self'",
  "connect-src 'self' data: blob: ws://127.0.0.1:* ws://localhost:*",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The frame of a program, which is a module of a blob. */
const framePolicy = [
  "default-src 'none'",
  // Its map of imports is inline. A policy in the frame itself allows nothing else that is.
  "script-src 'self' 'unsafe-inline' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** The headers with which the file at a path is served. They hold for what is not there, too. */
export function pageHeaders(path: string): Readonly<Record<string, string>> {
  const isFrame = path === '/program.html';
  return {
    'content-security-policy': isFrame ? framePolicy : pagePolicy,
    'x-content-type-options': 'nosniff',
    'x-frame-options': isFrame ? 'SAMEORIGIN' : 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
}
