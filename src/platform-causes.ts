/** The words of platforms for a connection that could not be made: codes of Node, and texts of other libraries and browsers. */

/** Why no connection came about. */
export type ConnectFailure = 'host-not-found' | 'connection-refused' | 'no-tls' | 'certificate-refused';

/** What each text means. The first that matches wins. */
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
