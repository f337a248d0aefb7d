// The core imports this as a plugin, and does not wait for it: what has to be before the core listens comes first, without a pause.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Gateway } from './gateway.mjs'
import { guardWebSockets } from './guard.mjs'
import { isOverlayName, useGateway } from './lookup.mjs'
import { announce } from './peers.mjs'
import { closeInterfaces, findPortConflicts, findWildcards, targetOf } from './ports.mjs'
import { readSettings } from './settings.mjs'

const STATUS_ROUTE = '/overlay_gateway'

const log = line => console.log(`overlay_gateway: ${line}`)

// The new core, or the old one.
const core = ['../../klyntar_core.js', '../../klyn74r.js'].map(name => new URL(name, import.meta.url)).find(url => fs.existsSync(url))
if (!core) throw new Error('This is no plugin folder of a KLYNTAR core: two folders above there is neither klyntar_core.js nor klyn74r.js. Put it into KLY_Plugins/overlay_gateway.')
const { CONFIGURATION, FASTIFY_SERVER, BLOCKCHAIN_GENESIS } = await import(core)
const node = CONFIGURATION.NODE_LEVEL

const settings = readSettings(CONFIGURATION, process.env)
closeInterfaces(node, settings.keepInterfaces).forEach(log)
const conflicts = findPortConflicts(node)
useGateway({ dataFolder: settings.dataFolder, moreSuffixes: settings.suffixes })
const attempts = guardWebSockets(createRequire(fileURLToPath(core))('websocket'))

const http = targetOf(node.INTERFACE, node.PORT)
const sockets = targetOf(node.WEBSOCKET_INTERFACE, node.WEBSOCKET_PORT)
// KLYNTAR's ports whatever the node's own are, since other gateways open those; and that of URLs without one.
const gateway = new Gateway(settings, { ports: { 7332: http, 9999: sockets, 80: http } }, log)
let status
addStatusRoute()

// Where the core was faster than this, or its wildcards are kept. It listens to WebSockets before.
FASTIFY_SERVER.server.once('listening', async () => (await findWildcards(node)).forEach(log))

// The core ends by process.exit on these signals.
process.on('exit', () => gateway.stop())
for (const conflict of await conflicts) log(conflict)

let isKnown = false
gateway.run(onStatus)

function addStatusRoute () {
  try {
    FASTIFY_SERVER.get(STATUS_ROUTE, (_, response) => response.send(shown()))
  } catch (error) {
    log(`The status route ${STATUS_ROUTE} could not be added: ${error.message}`)
  }
}

// Whoever reaches the node may ask, over each overlay: so no address is shown, which would tell that two are of one node.
function shown () {
  return {
    gateway: status === undefined ? 'away' : isReady(status) ? 'ready' : 'starting',
    transports: Object.fromEntries((status?.transports ?? []).map(({ name, state }) => [name, state])),
    webSocketAttempts: attempts
  }
}

function isReady ({ transports, services }) {
  return transports.every(({ state }) => state === 'ready') && services.every(({ state }) => state === 'published')
}

function onStatus (now) {
  status = now
  if (isKnown || now === undefined) return
  const ports = now.services.filter(service => service.ports?.some(({ target }) => target === http))
  if (ports.length === 0 && now.services.every(({ ports }) => ports?.length > 0)) {
    isKnown = true
    return log(`The gateway of ${settings.dataFolder} publishes nothing that leads to ${http}, so peers cannot reach this node. Give this node a data folder of its own (KLYNTAR_OVERLAY_DATA), or add a service for it to that gateway's configuration.`)
  }

  const published = ports.find(({ state }) => state === 'published')
  if (!published) return
  isKnown = true
  log(`${gateway.isOwn ? 'The gateway' : 'A gateway that ran already'} is ready, and this node is published on ${published.overlay}.`)
  announce(node.BOOTSTRAP_NODES, BLOCKCHAIN_GENESIS.NETWORK_ID, ownUrl(published), log)
}

// The template's name leads nowhere but here.
function ownUrl (service) {
  const told = URL.canParse(node.MY_HOSTNAME) ? new URL(node.MY_HOSTNAME) : undefined
  if (told && isOverlayName(told.hostname)) return node.MY_HOSTNAME
  const { host, port } = service.ports.find(({ target }) => target === http)
  return `http://${host}:${port}`
}
