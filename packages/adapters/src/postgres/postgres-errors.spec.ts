import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { translatePostgresError } from './postgres-errors.js';

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('what the driver says when it sets up TLS', () => {
  it.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  ])('is a fault of TLS by the code %s', (code) => {
    const error = Object.assign(new Error('a certificate'), { code });
    expect(translatePostgresError(error, 'db')).toMatchObject({ fault: 'tls_failed', cause: error });
  });

  it('is a fault of TLS when a file is not there, or holds something else', () => {
    const missing = thrownBy(() => readFileSync('/no/such/root.pem'));
    const garbled = thrownBy(() => createSecureContext({ key: 'no key' }));
    for (const error of [missing, garbled]) {
      expect(translatePostgresError(error, 'db')).toMatchObject({ fault: 'tls_failed', cause: error });
    }
    expect(translatePostgresError(missing, 'db')).toMatchObject({
      message: expect.stringMatching(/sslrootcert.*database\.url/) as unknown,
    });
  });

  it('is a server that does not answer when the socket is not there', () => {
    const error = Object.assign(new Error('connect ENOENT'), { code: 'ENOENT', syscall: 'connect' });
    expect(translatePostgresError(error, 'db')).toMatchObject({ fault: 'unreachable' });
  });
});
