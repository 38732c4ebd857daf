// to use a file of your own, mount it over this one in compose.override.yaml
//
// Holds a request while the gateway is away, and lets it go on once the gateway has started. Comes here only what the
// gateway has not processed: nginx could not connect (Retry-After by the `backup` server of the upstream), a GET was
// cut, or the gateway itself said «503, come again».
// njs, https://nginx.org/en/docs/njs: runs on 0.7.9 (Debian 12), so there is no shared dictionary and no timer of the
// worker. What the waiting requests know in common is a file: there is one while the gateway is away.
import fs from 'fs';

// Looked for again after a tenth of the time waited so far, but not sooner than this: njs frees nothing before the
// request ends, and each look costs 5 KB until then.
const LOOK_MS = 250;
const MOST_JUMPS = 4; // two each: nginx ends a request that changes its location more than ten times
const PAGE = '/etc/clawkit/unavailable.html';
const SAID = { error: { message: 'the gateway is not available; try again', type: 'gateway_unavailable' } };

async function hold(r) {
    const v = r.variables;
    const away = v.away;
    if (final(r)) {
        return again(r);
    }
    v.held_since = v.held_since || Date.now();
    v.held_times = Number(v.held_times || 0) + 1;
    const end = Number(v.held_since) + patience(r) * 1000;
    const tired = Number(v.held_times) > MOST_JUMPS;
    if (age(away) < 0) {
        touch(away);
    }
    while (!tired) {
        // The last look is one's own, however short the patience: another's may be from the moment before it came back.
        const last = Date.now() >= end;
        if (await back(r, away, last)) {
            return r.internalRedirect('@gateway');
        }
        if (last) {
            break;
        }
        const pause = Math.max(LOOK_MS, (Date.now() - Number(v.held_since)) / 10);
        await new Promise((done) => setTimeout(done, Math.min(pause, Math.max(0, end - Date.now()))));
    }
    unavailable(r);
}

// One of all those who wait asks for all of them: whoever finds the file older than a look. `last`: asks in any case.
async function back(r, away, last) {
    const since = age(away);
    if (since < 0) {
        return true;
    }
    if (since < LOOK_MS && !last) {
        return false;
    }
    touch(away);
    const reply = await r.subrequest('/.clawkit/startupz', { method: 'GET', body: '' });
    if (reply.status !== 200) {
        return false;
    }
    remove(away);
    return true;
}

// A 503 of the gateway without Retry-After is its answer. A WebSocket that it does not admit comes without one too.
function final(r) {
    const answered = r.variables.upstream_status;
    return answered && !r.variables.upstream_http_retry_after && !r.variables.websocket;
}

// nginx dropped the body of that answer; what may be asked twice is, the rest gets the status alone.
function again(r) {
    if (/^(GET|HEAD|OPTIONS)$/.test(r.method)) {
        return r.internalRedirect('@as_it_is');
    }
    unavailable(r);
}

// `Prefer: wait=5` (RFC 7240, 4.3): who asks for less than the limit gets less.
function patience(r) {
    const wanted = /\bwait=(\d+)/.exec(r.headersIn.Prefer || '');
    return Math.min(Number(r.variables.hold_seconds), wanted ? Number(wanted[1]) : Infinity);
}

function unavailable(r) {
    const browser = /text\/html/.test(r.headersIn.Accept || '');
    r.headersOut['Retry-After'] = '5';
    r.headersOut['Cache-Control'] = 'no-store';
    r.headersOut['Content-Type'] = browser ? 'text/html; charset=utf-8' : 'application/json';
    r.return(503, browser ? fs.readFileSync(PAGE) : JSON.stringify(SAID) + '\n');
}

// Milliseconds since the gateway was last asked; negative when it is not known to be away. Without an exception: one
// costs 300 KB in njs 0.7.9, and everybody who waits gets here.
function age(path) {
    const found = fs.statSync(path, { throwIfNoEntry: false });
    return found ? Math.max(0, Date.now() - found.mtimeMs) : -1;
}

function touch(path) {
    fs.writeFileSync(path, '');
}

function remove(path) {
    try {
        fs.unlinkSync(path);
    } catch (error) {
        // removed by another worker meanwhile
    }
}

export default { hold };
