/**
 * A self-signed certificate for `tls.example` and 127.0.0.1, valid from 2020 to 2119, and its key. It is for servers of the
 * specs and for nothing else. Made with `openssl ecparam`, `openssl req` and `openssl ca -selfsign`.
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

/**
 * A certificate for the same names and years that an authority has signed, and the authority's own certificate: a program
 * trusts the authority, and the server shows the other. Made with `openssl ecparam`, `openssl req` and `openssl ca`.
 */
export const signed = {
  authority: `-----BEGIN CERTIFICATE-----
MIIBhzCCAS6gAwIBAgIUTzvzadu0DFeJsmVUXRfTradFStQwCgYIKoZIzj0EAwIw
ITEfMB0GA1UEAwwWQXV0aG9yaXR5IG9mIHRoZSBzcGVjczAgFw0yMDAxMDEwMDAw
MDBaGA8yMTE5MTIzMTIzNTk1OVowITEfMB0GA1UEAwwWQXV0aG9yaXR5IG9mIHRo
ZSBzcGVjczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLmbZCuBhnIsOARTegHc
V6i/pCFtewodvLPlahvK2H/e1GbVe52ikhc7RxzzmviDsqXQCL1A+fwsySajXY5a
1+ijQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQW
BBTl5vMALo4cQJitA1cl5OuJUiDp+DAKBggqhkjOPQQDAgNHADBEAiBIImRNCTt4
kGTTSyOrcsQQ9RR7w9YaGSu+uGFtaPl0RAIgDECJCstiaBb8gDnEYx73kE6H/TNe
mA870YZfmPDJcSc=
-----END CERTIFICATE-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBqDCCAU+gAwIBAgIUEBT4MT8YEdDXpXXidvHEpKhaPREwCgYIKoZIzj0EAwIw
ITEfMB0GA1UEAwwWQXV0aG9yaXR5IG9mIHRoZSBzcGVjczAgFw0yMDAxMDEwMDAw
MDBaGA8yMTE5MTIzMTIzNTk1OVowFjEUMBIGA1UEAwwLdGxzLmV4YW1wbGUwWTAT
BgcqhkjOPQIBBggqhkjOPQMBBwNCAATqmbF7ZpJaQ4qP2yBuZKwPlXMn9XPukz8I
Ctsb6ubln6xNHcK5SkFt/x8B6PrUB0AiKYxqcjXUTU2HWFQ1UxeMo24wbDAMBgNV
HRMBAf8EAjAAMBwGA1UdEQQVMBOCC3Rscy5leGFtcGxlhwR/AAABMB8GA1UdIwQY
MBaAFOXm8wAujhxAmK0DVyXk64lSIOn4MB0GA1UdDgQWBBRskdIpIZVlpu3JZuP6
aW45icHDADAKBggqhkjOPQQDAgNHADBEAiBtOVjsuynBywLq+MCJHqmErTvhyOFK
dSxs6dL6ZALgFQIgdiv7189KWPbkIZVeJFpfZvCS2KvTpcKg3OdWD7nAD7s=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgD6GaSNzPLTaK0gOV
Mk121sp/VSPG0AVvTBkJNCR1UAKhRANCAATqmbF7ZpJaQ4qP2yBuZKwPlXMn9XPu
kz8ICtsb6ubln6xNHcK5SkFt/x8B6PrUB0AiKYxqcjXUTU2HWFQ1UxeM
-----END PRIVATE KEY-----
`,
};
