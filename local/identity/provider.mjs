// Stand-in for Microsoft Entra External ID: one oidc-provider behind two listeners.
//
// https serves what servers ask for (discovery, keys, tokens), because MSAL refuses anything else.
// http serves what a browser visits, because a browser would warn of a certificate it does not know.
// It is named 127.0.0.1 while the app is `localhost`, so that signing in crosses sites as it does in
// production: a cookie that would be lost on the way back is lost here, too.
//
// Started by `python -m local.identity`, which passes the settings as one JSON argument.
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import * as pages from './pages.mjs';

const settings = JSON.parse(process.argv[2]);
const library = createRequire(settings.nodeFolder).resolve('oidc-provider');
const { Provider, interactionPolicy } = await import(pathToFileURL(library));

const { apiUri, audience, tenantId } = settings;
const mount = `/${tenantId}/v2.0`;
const SERVER_PATHS = new Set([`${mount}/.well-known/openid-configuration`, `${mount}/jwks`, `${mount}/token`]);
const cookieKeys = [randomBytes(16).toString('hex')];
const apiScopes = settings.apiScopes.map((name) => `${apiUri}/${name}`);

// ---------------------------------------------------------------- state: people and signing keys

const state = settings.stateFile && existsSync(settings.stateFile)
  ? JSON.parse(readFileSync(settings.stateFile, 'utf8'))
  : { people: settings.people.map(newPerson), keys: [newKey()] };
save();

function save() {
  if (!settings.stateFile) return;
  writeFileSync(`${settings.stateFile}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(`${settings.stateFile}.new`, settings.stateFile);
}

// `sub` looks as Entra makes it: pairwise for the app registration, not the directory's `oid`.
function newPerson({ name, email, verified = true, roles = [] }) {
  return { sub: randomBytes(32).toString('base64url'), oid: randomUUID(), name, email, verified, roles };
}

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    ...privateKey.export({ format: 'jwk' }), kid: randomBytes(20).toString('base64url'), use: 'sig', alg: 'RS256',
  };
}

/** The person with this e-mail address, added when there is none, with these roles if there are some from now
 * on; undefined when a field is missing. */
function addPerson({ name, email, verified = true, roles }) {
  if (![name, email].every((value) => typeof value === 'string' && value.trim())) return undefined;
  const wanted = { name: name.trim(), email: email.trim().toLowerCase(), verified: verified !== false, roles };
  const known = state.people.find((person) => person.email === wanted.email);
  if (known && roles) known.roles = roles;
  if (known) return known;
  const person = newPerson(wanted);
  state.people.push(person);
  save();
  return person;
}

const personOf = (sub) => state.people.find((person) => person.sub === sub);

// ---------------------------------------------------------------- the provider

function makeProvider() {
  const policy = interactionPolicy.base();
  policy.get('consent').checks.clear(); // administrators consent for our own app; people are not asked
  const provider = new Provider(settings.issuer, {
    jwks: { keys: state.keys },
    clients: settings.clients,
    cookies: {
      keys: cookieKeys,
      names: { session: 'idp_session', interaction: 'idp_interaction', resume: 'idp_resume' },
    },
    claims: {
      openid: ['sub', 'tid', 'oid', 'ver', 'nbf', 'email', 'email_verified', 'roles'], // e-mail as the registration's optional claims
      profile: ['name', 'preferred_username'],
    },
    scopes: ['openid', 'offline_access', 'email'],
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    responseTypes: ['code'],
    routes: { authorization: '/authorize', end_session: '/logout' },
    ttl: { AccessToken: 3600, IdToken: 3600, Interaction: 3600, Session: 86400, Grant: 1209600, RefreshToken: 1209600 },
    findAccount,
    loadExistingGrant,
    renderError: (ctx, out) => { ctx.type = 'html'; ctx.body = pages.failure(out); },
    interactions: { policy, url: (ctx, interaction) => `${mount}/interaction/${interaction.uid}` },
    issueRefreshToken: (ctx, client, code) => client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
    extraTokenClaims: (ctx, token) => {
      const { oid, email } = personOf(token.accountId);
      return { tid: tenantId, oid, preferred_username: email, ver: '2.0' };
    },
    formats: { customizers: { jwt: likeEntra } },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource: (ctx) => ctx.oidc.session.destroy() },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx, client, oneOf) => oneOf ?? (asksForApi(ctx.oidc.params.scope) ? apiUri : undefined),
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ audience, scope: apiScopes.join(' '), accessTokenFormat: 'jwt', accessTokenTTL: 3600 }),
      },
    },
  });
  provider.use(finish);
  return provider;
}

const asksForApi = (scope) => apiScopes.some((name) => scope?.split(' ').includes(name));

function findAccount(ctx, sub) {
  const person = personOf(sub);
  if (!person) return undefined;
  const { oid, name, email, verified = true, roles = [] } = person;
  const claims = { ...(roles.length && { roles }), sub, oid, name, email, email_verified: verified, preferred_username: email, tid: tenantId, ver: '2.0' };
  return { accountId: sub, claims: () => ({ ...claims, nbf: Math.floor(Date.now() / 1000) }) };
}

async function loadExistingGrant(ctx) {
  const { client, params, provider, session } = ctx.oidc;
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope(params.scope);
  if (asksForApi(params.scope)) grant.addResourceScope(apiUri, apiScopes.join(' '));
  await grant.save();
  return grant;
}

function likeEntra(ctx, token, jwt) {
  const { scope, client_id: azp, ...payload } = jwt.payload;
  const scp = (scope ?? '').split(' ').map((name) => name.replace(`${apiUri}/`, '')).join(' ');
  jwt.payload = { ...payload, nbf: payload.iat, azp, scp };
  jwt.header = { typ: 'JWT' };
}

/** What the library answers, as the two listeners need it. */
async function finish(ctx, next) {
  await next();
  const route = ctx.oidc?.route;
  if (route === 'discovery') {
    ctx.body.authorization_endpoint = `${settings.browserOrigin}${mount}/authorize`;
    ctx.body.end_session_endpoint = `${settings.browserOrigin}${mount}/logout`;
    ctx.body.scopes_supported.push(...apiScopes);
  }
  if (route === 'end_session' && ctx.status < 300) { // the library would ask once more, with a script
    const { postLogoutRedirectUri, state: value } = ctx.oidc.session.state;
    const target = new URL(postLogoutRedirectUri ?? `${settings.browserOrigin}${mount}/logout/success`);
    if (value) target.searchParams.set('state', value);
    ctx.body = '';
    ctx.redirect(target.href);
  }
}

// ---------------------------------------------------------------- the login page

async function interaction(req, res) {
  const { prompt } = await provider.interactionDetails(req, res);
  if (prompt.name !== 'login') throw new Error(`no page for the prompt ${prompt.name}`);
  if (req.method === 'GET') return reply(res, 200, 'text/html', pages.login(state.people));
  const form = Object.fromEntries(new URLSearchParams(await text(req)));
  if (form.cancel) {
    const turnedBack = { error: 'access_denied', error_description: 'the person cancelled' };
    return provider.interactionFinished(req, res, turnedBack);
  }
  const person = form.person ? personOf(form.person) : addPerson(form);
  if (!person) return reply(res, 400, 'text/html', pages.login(state.people, 'Please give a name and an e-mail address.'));
  return provider.interactionFinished(req, res, { login: { accountId: person.sub } });
}

function reply(res, status, type, body) {
  res.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  });
  res.end(body);
}

// ---------------------------------------------------------------- for tests and tools

async function tools(req, res, path) {
  const json = (status, value) => reply(res, status, 'application/json', JSON.stringify(value));
  switch (`${req.method} ${path}`) {
    case 'GET /_local/people':
      return json(200, state.people);
    case 'POST /_local/people': {
      const person = addPerson(JSON.parse(await text(req)));
      return person ? json(201, person) : json(400, { error: 'name and email are needed' });
    }
    case 'POST /_local/rotate-keys': // the former key stays published until the next rotation
      state.keys = [newKey(), state.keys[0]];
      save();
      provider = makeProvider();
      return json(200, { kid: state.keys[0].kid, published: state.keys.map((key) => key.kid) });
    default:
      return json(404, { error: 'not found' });
  }
}

// ---------------------------------------------------------------- two listeners

/** Entra gives refresh tokens without being asked to prompt, and knows prompts the library does not. */
function asEntraReads(url) {
  const prompt = url.searchParams.get('prompt');
  if (prompt === 'none') return;
  url.searchParams.set('prompt', ['login', 'select_account', 'create'].includes(prompt) ? 'login consent' : 'consent');
}

async function route(req, res, listener) {
  const url = new URL(req.url, settings.browserOrigin);
  const isServerPath = SERVER_PATHS.has(url.pathname);
  if (listener === 'browser' && url.pathname.startsWith('/_local/')) return tools(req, res, url.pathname);
  if (!url.pathname.startsWith(`${mount}/`) || isServerPath !== (listener === 'server')) {
    return reply(res, 404, 'text/plain', 'not found');
  }
  if (url.pathname.startsWith(`${mount}/interaction/`)) return interaction(req, res);
  if (url.pathname === `${mount}/authorize`) asEntraReads(url);
  req.originalUrl = url.pathname + url.search;
  req.url = req.originalUrl.slice(mount.length);
  return provider.callback()(req, res);
}

const handler = (listener) => (req, res) => route(req, res, listener).catch((error) => {
  if (error.name !== 'SessionNotFound') console.error(error);
  const out = { error: error.name, error_description: error.error_description ?? error.message };
  reply(res, 400, 'text/html', pages.failure(out));
});

const listen = (server, port) => new Promise((resolve, reject) => {
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
});

let provider = makeProvider();
const tls = { cert: readFileSync(settings.certificate), key: readFileSync(settings.key) };
await listen(https.createServer(tls, handler('server')), settings.httpsPort);
await listen(http.createServer(handler('browser')), settings.httpPort);
console.log(`ready ${settings.issuer} ${settings.browserOrigin}`);
process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));
