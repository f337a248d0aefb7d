import net from 'node:net'
import { bareHost, isOverlayName } from './names.js'

/**
 * Refuses connections that would go past the door, whoever makes them: Node's own fetch, and whatever else takes no agent.
 * An overlay's name is never connected to directly, so no resolver hears of it; with all, nothing is but the door.
 */
export function guardConnections ({ door, all }) {
  const connect = net.Socket.prototype.connect
  net.Socket.prototype.connect = function (...args) {
    const target = targetOf(args)
    if (mayConnect(target)) return connect.apply(this, args)
    const error = new Error(`${isOverlayName(target.host) ? 'An overlay name' : 'A connection'} was asked for past the SOCKS door, and refused. This request takes no agent: ask for it with node:http, node:https or node-fetch.`)
    error.code = 'ECONNREFUSED'
    process.nextTick(() => this.destroy(error))
    return this
  }

  function mayConnect ({ path, host, port }) {
    if (path !== undefined) return true
    if (host === bareHost(door.hostname) && port === Number(door.port || 1080)) return true
    return !all && !isOverlayName(host)
  }
}

// net.connect passes its arguments on as one array; others call with (options), (port, host) or (path).
function targetOf (args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args
  if (first !== null && typeof first === 'object') return { path: first.path ?? undefined, host: bareHost(String(first.host ?? 'localhost')), port: Number(first.port) }
  if (typeof first === 'string' && !Number.isInteger(Number(first))) return { path: first }
  return { host: typeof second === 'string' ? second : 'localhost', port: Number(first) }
}
