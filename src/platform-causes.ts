/** Error texts of platforms for a failed connection: codes of Node, and texts of other libraries and browsers. */

/** Why a connection failed. */
export type ConnectFailure = 'host-not-found' | 'connection-refused' | 'no-tls' | 'certificate-refused';

/** The meaning of each text. The first match counts. */
export const PLATFORM_CAUSES: readonly (readonly [RegExp, ConnectFailure])[] = [
  [
    /ENOTFOUND|EAI_AGAIN|ERR_NAME_NOT_RESOLVED|getaddrinfo|name resolution|name or service not known|nodename nor servname/i,
    'host-not-found',
  ],
  [/ECONNREFUSED|ERR_CONNECTION_REFUSED|connection ?refused/i, 'connection-refused'],
  [/wrong[ _]version[ _]number|packet[ _]length[ _]too[ _]long|ERR_SSL_PROTOCOL_ERROR/i, 'no-tls'],
  [
    /CERT_|CERTIFICATE|certificate|UNABLE_TO_(?:VERIFY|GET)|SELF_SIGNED|ALTNAME|ERR_TLS_/,
    'certificate-refused',
  ],
];
