/**
 * A certificate for `tls.example` and 127.0.0.1, good from 2020 to 2119, which has signed itself, and its key: for servers
 * of the specs, and for nothing else. Made with `openssl ecparam`, `openssl req` and `openssl ca -selfsign`.
 */
export const certificate = {
  name: 'tls.example',
  cert: `-----BEGIN CERTIFICATE-----
MIIBbDCCAROgAwIBAgIBATAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAt0bHMuZXhh
bXBsZTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFjEUMBIGA1UE
AwwLdGxzLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAR75eY2sG72
MkjfHvpJbDTo/JjHutmZCuiYwxVL/Tt70pmPQLZgmF0JBzbcLgNVw9qRoEMUnrpK
9G8gzxghhSCKo1AwTjAcBgNVHREEFTATggt0bHMuZXhhbXBsZYcEfwAAATAPBgNV
HRMBAf8EBTADAQH/MB0GA1UdDgQWBBSwOxr52VbEbwWiCYYEW8XJUfEdsDAKBggq
hkjOPQQDAgNHADBEAiBZj4BwpQvbn4Oz+GnkXKTyY/atRJ+AhLDegoEOsJF1NQIg
ZYJqbDT5NB49QRZ0DF255mdWRKqdQbpDXqR4kF0T8GY=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFz93gHqxAQucziLj
oap2DTAeMmhO01thkmc6cLzj0cWhRANCAAR75eY2sG72MkjfHvpJbDTo/JjHutmZ
CuiYwxVL/Tt70pmPQLZgmF0JBzbcLgNVw9qRoEMUnrpK9G8gzxghhSCK
-----END PRIVATE KEY-----
`,
};
