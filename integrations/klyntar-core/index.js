// The core imports this as a plugin, and does not wait for it: what has to be before the core listens comes first, without a pause.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Gateway } from './gateway.mjs'
import { guardWebSockets } from './guard.mjs'
import { isOverlayName, useGateway } from './lookup.mjs'
import { announce, overlayUrls } from './peers.mjs'
import { closeInterfaces, findPortConflicts, findWildcards, targetOf } from './ports.mjs'
import { Service } from './service.mjs'
import { readSettings } from './settings.mjs'

const STATUS_ROUTE = '/overlay_gateway'

const log = line => console.log(`overlay_gateway: ${line}`)

// The new core, or the old one.
const core = ['../../klyntar_core.js', '../../klyn74r.js'].map(name => new URL(name, import.meta.url)).find(url => fs.existsSync(url))
if (!core) throw new Error('This is no plugin folder of a KLYNTAR core: two folders above there is neither klyntar_core.js nor klyn74r.js. Put it into KLY_Plugins/overlay_gateway.')
const { CONFIGURATION, FASTIFY_SERVER, BLOCKCHAIN_GENESIS } = await import(core)
const node = CONFIGURATION.NODE_LEVEL

const settings = readSettings(CONFIGURATION, process.env)
const hook = new URL('./lookup.mjs', import.meta.url)
if (![...process.execArgv, process.env.NODE_OPTIONS].some(option => option?.includes('lookup.mjs'))) {
  log(`The look-up was not loaded before the core, which may have asked a resolver for overlay names meanwhile. Start this node with NODE_OPTIONS=--import=${hook}`)
}

if (overlayUrls(node.BOOTSTRAP_NODES).length > 0 && !overlayUrls([node.MY_HOSTNAME]).length) {
  log(`The core tells its bootstrap nodes MY_HOSTNAME as it stands, ${node.MY_HOSTNAME}, those on overlays too. Set it to this node's address on an overlay: 'klyntar-overlay keys list --data-folder ${settings.dataFolder}' shows it.`)
}

closeInterfaces(node, settings.keepInterfaces).forEach(log)
const conflicts = findPortConflicts(node)
useGateway({ dataFolder: settings.dataFolder, moreSuffixes: settings.suffixes })
const attempts = guardWebSockets(createRequire(fileURLToPath(core))('websocket'))

const http = targetOf(node.INTERFACE, node.PORT)
const sockets = targetOf(node.WEBSOCKET_INTERFACE, node.WEBSOCKET_PORT)
// KLYNTAR's ports whatever the node's own are, since other gateways open those; and that of URLs without one.
const ports = [[7332, http], [9999, sockets], [80, http]]
const gateway = new Gateway(settings, ports, log)
const service = new Service(settings, ports, log)
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
  if (now === undefined) return service.lose()
  const leading = now.services.filter(({ ports }) => ports?.some(({ target }) => target === http))
  if (leading.length === 0 && now.services.every(({ ports }) => ports?.length > 0)) service.hold(now)
  const published = leading.find(({ state }) => state === 'published')
  if (isKnown || !published) return
  isKnown = true
  log(`${gateway.isOwn ? 'The gateway' : 'A gateway that ran already'} is ready, and this node is published on ${published.overlay}.`)
  announce(node.BOOTSTRAP_NODES, BLOCKCHAIN_GENESIS.NETWORK_ID, ownUrl(published), log)
}

// The template's name leads nowhere but here.
function ownUrl (service) {
  const told = URL.canParse(node.MY_HOSTNAME) ? new URL(node.MY_HOSTNAME) : undefined
  if (told && isOverlayName(told.hostname)) return node.MY_HOSTNAME
  const leading = service.ports.filter(({ target }) => target === http)
  // Many gateways may not open port 80 at their peers' addresses.
  const { host, port } = leading.find(({ port }) => port === 7332) ?? leading.find(({ port }) => port >= 1024) ?? leading[0]
  return `http://${host}:${port}`
}
