/**
 * A certificate for `localhost` and `127.0.0.1`, valid from 2020 to 2119, and its key. Made once by
 *
 *     openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out req.pem -subj /CN=localhost
 *     openssl ca -batch -config ca.cnf -selfsign -keyfile key.pem -in req.pem -out cert.pem -notext \
 *       -startdate 20200101000000Z -enddate 21200101000000Z
 *
 * with `subjectAltName=DNS:localhost,IP:127.0.0.1` and `basicConstraints=critical,CA:FALSE` in `ca.cnf`.
 *
 * @module
 */

/** The certificate, in PEM; it is its own authority. */
export const CERT = `-----BEGIN CERTIFICATE-----
MIIBZTCCAQqgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEOhWFcqymHN1NxD
XEmM5FOdefZQzkJwos1GN5uF8xIM5UAk3blJw4pg3/OspQwBE5fIEzVi3mB1+HLE
eVVsoXKjSzBJMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAMBgNVHRMBAf8E
AjAAMB0GA1UdDgQWBBReH0ww7GsYd9m2wzZi00wiBptMwTAKBggqhkjOPQQDAgNJ
ADBGAiEA4x89vUhlpXxJ3HwgVfhVtZbbDpsqwc3ljDZsP23ezNoCIQDqWGgpfASD
JCxTyg74JlWOQdx/ATZTuf9GG1ppBIJg5Q==
-----END CERTIFICATE-----
`;

/** Its key. */
export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgisffvATBYr3diJjq
pZdpD1HSt5O3TZzLXfdrdaWjGQ6hRANCAARDoVhXKsphzdTcQ1xJjORTnXn2UM5C
cKLNRjebhfMSDOVAJN25ScOKYN/zrKUMAROXyBM1Yt5gdfhyxHlVbKFy
-----END PRIVATE KEY-----
`;
