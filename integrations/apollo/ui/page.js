const MAX_ROWS = 200
const MAX_TEXT = 1_000

const STYLE = 'body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}' +
  'table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .8rem .3rem 0;vertical-align:top;border-bottom:1px solid #8884;overflow-wrap:anywhere}'

/** Whatever comes as text of HTML: names and sentences are other programs', and perhaps strangers'. */
const escape = value => String(value ?? '').slice(0, MAX_TEXT).replace(/[&<>"'`]/g, c => `&#${c.charCodeAt(0)};`)

const list = value => Array.isArray(value) ? value.slice(0, MAX_ROWS).filter(row => row !== null && typeof row === 'object') : []

const table = (title, heads, rows) => rows.length === 0
  ? ''
  : `<h2>${title}</h2><table><tr>${heads.map(h => `<th>${h}</th>`).join('')}</tr>${rows.map(r => `<tr>${r.map(c => `<td>${c}</td>`).join('')}</tr>`).join('')}</table>`

const page = body => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Overlay gateway</title><style>${STYLE}</style></head><body><h1>Overlay gateway</h1>${body}</body></html>\n`

/** The page where there is no status to show. */
export const renderFault = message => page(`<p>${escape(message)}</p>`)

/** The page of a status, as GET /status of the gateway tells it. */
export const renderStatus = status => page([
  `<p>Version ${escape(status.version)}, since ${escape(status.startedAt)}.</p>`,
  table('Transports', ['Overlay', 'State', ''], list(status.transports).map(t => [escape(t.name), escape(t.state), escape(t.detail)])),
  table('Services', ['Service', 'Overlay', 'State', 'Address', 'Visitors'], list(status.services).map(s => [
    escape(s.name), escape(s.overlay), escape([s.state, s.detail].filter(Boolean).join(': ')),
    list(s.ports).map(p => escape(`${p.host}:${p.port}`)).join('<br>'), escape(s.visitors)
  ])),
  table('SOCKS doors', ['Address', 'Connections'], list(status.socks).map(d => [escape(d.listen), escape(`${d.connections} of ${d.connectionLimit}`)]))
].join(''))
