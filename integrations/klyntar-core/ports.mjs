import net from 'node:net'

// A loopback address that the gateway gives to no peer.
const NOBODY = '127.71.255.255'

const WILDCARDS = ['::', '0.0.0.0', '', undefined, null]

/**
 * Binds the node to loopback alone where it would listen on every address: the gateway listens for peers on the same ports, at other loopback addresses,
 * and a node that wants overlays alone should not be reached by other ways.
 * @param {object} node NODE_LEVEL of the core's configuration, before the core listens
 * @returns a sentence for each interface that was changed or stands in the way
 */
export function closeInterfaces (node, keepInterfaces) {
  const told = []
  for (const key of ['INTERFACE', 'WEBSOCKET_INTERFACE']) {
    if (!WILDCARDS.includes(node[key])) continue
    if (keepInterfaces) {
      told.push(`${key} is every address of this machine, and is kept. Peers whose ports are this node's (${node.PORT}, ${node.WEBSOCKET_PORT}) cannot be reached: bind it to one address.`)
    } else {
      node[key] = '127.0.0.1'
      told.push(`${key} was every address of this machine, and is 127.0.0.1 now: this node is reached over overlays alone. Set it to an address to be reached there too, or "keepInterfaces".`)
    }
  }

  return told
}

/**
 * A service as the gateway reads it, with its ports in their order: on I2P the first one's address is the identity's own. Objects have numbers by size.
 * @param {string[]} on overlays
 * @param {[number, string][]} ports a target for each virtual port
 */
export function serviceJson (on, ports) {
  return `{"on":${JSON.stringify(on)},"ports":{${ports.map(([port, target]) => `"${port}":${JSON.stringify(target)}`).join(',')}}}`
}

/** Where the node listens: a target for the gateway's visitors. */
export function targetOf (host, port) {
  const at = WILDCARDS.includes(host) || host === 'localhost' ? '127.0.0.1' : host
  return net.isIPv6(at) ? `[${at}]:${port}` : `${at}:${port}`
}

/** Which ports of other programs stand in the way, as sentences. To be asked before the node itself listens. */
export async function findPortConflicts (node) {
  if (node.PORT === node.WEBSOCKET_PORT) return [`PORT and WEBSOCKET_PORT are both ${node.PORT}. Give each a port of its own in this node's configuration.`]
  const asked = [['PORT', 'INTERFACE'], ['WEBSOCKET_PORT', 'WEBSOCKET_INTERFACE']].map(async ([key, host]) =>
    await isTaken(targetOf(node[host], node[key])) ? `${key} ${node[key]} is taken by another program of this machine, perhaps another daemon. Give this node another one in its configuration.` : null)
  return (await Promise.all(asked)).filter(Boolean)
}

/** The ports of the node that are listened on at every address of this machine, as sentences: where the core was faster than this plugin, or is told to. */
export async function findWildcards (node) {
  const asked = [['PORT', 'INTERFACE'], ['WEBSOCKET_PORT', 'WEBSOCKET_INTERFACE']].map(async ([key, host]) =>
    await isTaken(`${NOBODY}:${node[key]}`) ? `Something listens on port ${node[key]} of every address, so peers with that port cannot be reached. Write "${host}": "127.0.0.1" into this node's configuration and start it again.` : null)
  return (await Promise.all(asked)).filter(Boolean)
}

/** Whether a program listens there now. */
export function isTaken (target) {
  const at = new URL(`tcp://${target}`)
  return new Promise(resolve => {
    const socket = net.connect({ host: at.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(at.port) })
    socket.on('connect', () => { socket.destroy(); resolve(true) })
    socket.on('error', () => resolve(false))
  })
}
