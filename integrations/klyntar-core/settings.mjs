import path from 'node:path'

const OVERLAYS = ['tor', 'i2p']
const KNOWN = ['dataFolder', 'program', 'config', 'on', 'service', 'socks', 'transports', 'keepInterfaces', 'suffixes']

/**
 * What the plugin is told: KLYNTAR_OVERLAY among the node's configuration (any file of $SYMBIOTE_DIR/CONFIGS), and before that the environment.
 * @param {object} configuration the core's CONFIGURATION
 * @param {Record<string, string | undefined>} environment
 */
export function readSettings (configuration, environment) {
  const told = configuration.KLYNTAR_OVERLAY ?? configuration.NODE_LEVEL.KLYNTAR_OVERLAY ?? {}
  if (told === null || typeof told !== 'object' || Array.isArray(told)) throw new Error('KLYNTAR_OVERLAY in the node\'s configuration is no object. Write { } for the defaults.')
  const unknown = Object.keys(told).find(key => !KNOWN.includes(key))
  if (unknown) throw new Error(`KLYNTAR_OVERLAY in the node's configuration has "${unknown}", which means nothing. Known are ${KNOWN.join(', ')}.`)

  const on = environment.KLYNTAR_OVERLAY_ON?.split(',') ?? told.on ?? ['tor']
  if (!Array.isArray(on) || on.length === 0 || !on.every(name => OVERLAYS.includes(name))) throw new Error(`"on" (KLYNTAR_OVERLAY_ON) names overlays out of ${OVERLAYS.join(' and ')}. Write ["tor", "i2p"], or tor,i2p in the environment.`)

  const { socks = '127.0.0.1:5666', transports = {}, suffixes = [], keepInterfaces = false } = told
  if (socks !== false && !/^(\d+\.\d+\.\d+\.\d+|\[[\da-f:.]+\]):\d+$/i.test(socks)) throw new Error('"socks" is no IP address and port. Write "127.0.0.1:5666", or false for none.')
  if (transports === null || typeof transports !== 'object') throw new Error('"transports" is no object. Write it as in the gateway\'s configuration, such as { "tor": { } }.')
  if (!Array.isArray(suffixes) || !suffixes.every(suffix => /^[a-z\d-]+$/.test(suffix))) throw new Error('"suffixes" is no list of endings of names. Write ["example"], without dots.')
  if (typeof keepInterfaces !== 'boolean') throw new Error('"keepInterfaces" is neither true nor false.')

  // Each daemon's own, so that several of one checkout have identities and gateways of their own unless they are told otherwise.
  const named = environment.KLYNTAR_OVERLAY_DATA || told.dataFolder
  const service = environment.KLYNTAR_OVERLAY_SERVICE || told.service || (named ? nameOf(environment.SYMBIOTE_DIR ?? '') : 'node')
  if (!/^[a-z\d_-][a-z\d_.-]{0,63}$/.test(service)) throw new Error('"service" (KLYNTAR_OVERLAY_SERVICE) is no name for a service. Write lower case letters, digits and dashes, such as "alice".')
  const config = environment.KLYNTAR_OVERLAY_CONFIG || told.config
  const dataFolder = named || path.join(environment.SYMBIOTE_DIR ?? '', 'OVERLAY')
  if (!path.isAbsolute(dataFolder)) throw new Error('The gateway\'s data folder (KLYNTAR_OVERLAY_DATA, or dataFolder) is no absolute path. The core runs in any folder: write the whole path.')
  return {
    dataFolder,
    program: environment.KLYNTAR_OVERLAY_PROGRAM || told.program,
    config,
    // A folder that is named is another's, who starts its gateway: one of ours would be in the way of that one's restart.
    mayStart: !named || config !== undefined,
    on,
    service,
    socks,
    transports,
    keepInterfaces,
    suffixes
  }
}

// Daemons of one gateway differ by their folders.
function nameOf (folder) {
  const name = path.basename(folder).toLowerCase().replace(/[^a-z\d_-]+/g, '-').slice(0, 64)
  return /[a-z\d]/.test(name) ? name : 'node'
}
