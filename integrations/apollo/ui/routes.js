// A page with the gateway's status, for Apollo's UI (EXTRA_UI): a fastify plugin.
import net from 'node:net'
import { renderFault, renderStatus } from './page.js'
import { readStatus, statusSocket } from './status.js'

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff'
}

/**
 * @param {{ dataFolder?: string, allowRemote?: boolean }} options the gateway's data folder, where it is not the usual one; whether other machines may look
 */
export default function overlayStatus (fastify, options, next) {
  const socket = statusSocket(options.dataFolder ?? globalThis.CONFIGURATION?.KLYNTAR_OVERLAY?.dataFolder, process.env)

  fastify.get('/', async (request, reply) => {
    reply.headers(HEADERS)
    if (!isFromHere(request, options.allowRemote === true)) return reply.code(403).send(renderFault('This page is shown to this machine alone, under localhost or an address.'))
    try {
      return reply.send(renderStatus(await readStatus(socket)))
    } catch (error) {
      return reply.code(503).send(renderFault(error.message))
    }
  })
  next()
}

// A web page of a stranger can have its own name lead to this machine, and then read what is here; an address or localhost it cannot claim.
function isFromHere (request, allowRemote) {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  if (host !== 'localhost' && !net.isIP(host)) return false
  const from = (request.raw.socket.remoteAddress ?? '').replace(/^::ffff:/i, '')
  return allowRemote || from === '::1' || from.startsWith('127.')
}
