// An OpenID provider that gives tokens to one client: node issuer.mjs PARTFOLDER RUNDIR PORT
// The client "phone" has the secret "secret" and asks for itself (RFC 6749 4.4); the tokens are JWTs for
// the audience "urn:godwit", and their claim "email" is the scope that has an @. SIGHUP makes another key,
// which alone is published.
import { createRequire } from 'node:module';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { pathToFileURL } from 'node:url';

const [part, run, port] = process.argv.slice(2);
const require = createRequire(`${part}/package.json`);
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));

const issuer = `https://127.0.0.1:${port}`;
const resource = 'urn:godwit';
let number = 0;

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  number += 1;
  return { ...privateKey.export({ format: 'jwk' }), kid: `key${number}`, use: 'sig', alg: 'RS256' };
}

function makeProvider() {
  return new Provider(issuer, {
    clients: [{
      client_id: 'phone',
      client_secret: 'secret',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    }],
    jwks: { keys: [newKey()] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        getResourceServerInfo: () => ({
          audience: resource,
          scope: 'mail ann@example.org bob@example.org',
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    extraTokenClaims: (context, token) => ({
      email: (token.scope ?? '').split(' ').find((word) => word.includes('@')),
    }),
  });
}

let handle = makeProvider().callback();
process.on('SIGHUP', () => { handle = makeProvider().callback(); });
https.createServer(
  { key: readFileSync(`${run}/key.pem`), cert: readFileSync(`${run}/cert.pem`) },
  (request, response) => handle(request, response),
).listen(Number(port), '127.0.0.1', () => console.log('ready'));
