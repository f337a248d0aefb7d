// Makes overlay names lead to the gateway's loopback addresses in this process, and to no resolver. It needs nothing but Node, so it may also be loaded
// before the core, by NODE_OPTIONS=--import, where names are already asked for at the start.
import dns from 'node:dns'
import fs from 'node:fs'
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

// The gateway's own list: these names are an overlay's whether or not it runs there.
const SUFFIXES = ['onion', 'i2p', 'zeronet', 'bit', 'loki', 'alt', 'exit']

const LONGEST_ANSWER = 64 * 1024
const ANSWER_TIME = 5_000

// The gateway takes 64 connections at a time, and others ask it too.
const QUESTIONS_AT_ONCE = 8

// Short, since after the gateway's restart an address may stand for another peer; long enough that a loop of dials asks once.
const KEPT_TIME = 2_000
const MOST_KEPT = 4_096

const agent = new http.Agent({ maxSockets: QUESTIONS_AT_ONCE })
const kept = new Map()
let folder
let suffixes = new Set(SUFFIXES)

/** Says which gateway is asked, and which further names are never resolved; before that, the environment does. */
export function useGateway ({ dataFolder, moreSuffixes = [] }) {
  folder = dataFolder
  suffixes = new Set([...SUFFIXES, ...moreSuffixes])
  kept.clear()
}

/** Whether a host name is an overlay's. */
export function isOverlayName (host) {
  const name = plain(host)
  return !net.isIP(name) && suffixes.has(name.slice(name.lastIndexOf('.') + 1)) && name.includes('.')
}

/** The gateway's data folder: as told, else of the environment, else the plugin's own where there is one, else the usual one. */
export function dataFolder (environment = process.env) {
  if (folder ?? environment.KLYNTAR_OVERLAY_DATA) return folder ?? environment.KLYNTAR_OVERLAY_DATA
  const own = environment.SYMBIOTE_DIR && path.join(environment.SYMBIOTE_DIR, 'OVERLAY')
  if (own && fs.existsSync(own)) return own
  const state = path.isAbsolute(environment.XDG_STATE_HOME ?? '') ? environment.XDG_STATE_HOME : path.join(os.homedir(), '.local', 'state')
  return path.join(state, 'klyntar-overlay')
}

/** Resolves where a gateway answers on the Unix socket, else rejects with an error whose message is for a person. */
export const probeGateway = () => ask('/status', response => { response.destroy() })

/** Asks the gateway over its Unix socket; the answer is an object, or an error whose message is for a person. */
const askGateway = target => ask(target)

function ask (target, see) {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath: path.join(dataFolder(), 'gateway.sock'), path: target, agent, signal: AbortSignal.timeout(ANSWER_TIME) }, response => {
      // What a status says may be long, and is not wanted then.
      if (see) return resolve(see(response))
      let text = ''
      response.setEncoding('utf8')
      response.on('data', part => {
        text += part
        if (text.length > LONGEST_ANSWER) request.destroy(new Error('too long'))
      })
      response.on('end', () => response.statusCode === 200 ? parse(text, resolve, reject) : reject(new Error(`The gateway says: ${text.slice(0, 500)}`)))
      response.on('error', fail)
    })
    request.on('error', fail)
    request.end()

    function fail (error) {
      const isAway = error.code === 'ENOENT' || error.code === 'ECONNREFUSED'
      reject(new Error(isAway
        ? `No gateway runs with the data folder ${dataFolder()}. Start it with 'klyntar-overlay up', or name its folder in KLYNTAR_OVERLAY_DATA.`
        : `The gateway of ${dataFolder()} does not answer as it should (${error.code ?? error.name}). It may be ending, or belong to another user; look at its log.`))
    }
  })
}

function parse (text, resolve, reject) {
  try {
    const answer = JSON.parse(text)
    if (answer !== null && typeof answer === 'object') return resolve(answer)
  } catch {
    // Said below.
  }

  reject(new Error('What the gateway answered cannot be read. It may be of another version.'))
}

function plain (host) {
  return String(host).toLowerCase().replace(/\.+$/, '')
}

// Asked once for all who ask at a time, and for a moment after.
function loopbackOf (host) {
  const name = plain(host)
  const known = kept.get(name)
  if (known && known.until > performance.now()) return known.answer
  if (kept.size >= MOST_KEPT) kept.clear()
  const entry = { until: Infinity, answer: findLoopback(name) }
  kept.set(name, entry)
  const keep = () => { entry.until = performance.now() + KEPT_TIME }
  entry.answer.then(keep, keep)
  return entry.answer
}

async function findLoopback (name) {
  const { loopback } = await askGateway(`/peers/lookup?host=${encodeURIComponent(name)}`)
  if (net.isIPv4(loopback) && loopback.startsWith('127.')) return loopback
  throw new Error('The gateway named no loopback address. It may be of another version.')
}

function notFound (host, why) {
  const error = new Error(`${host} is not reached over the gateway, and never looked up elsewhere. ${why}`)
  return Object.assign(error, { code: 'ENOTFOUND', errno: -3008, syscall: 'getaddrinfo', hostname: host })
}

async function addressesOf (host, options) {
  const family = typeof options === 'number' ? options : { IPv4: 4, IPv6: 6 }[options.family] ?? options.family
  if (family === 6) throw notFound(host, 'Peers have IPv4 addresses alone: ask for those.')
  try {
    return [{ address: await loopbackOf(host), family: 4 }]
  } catch (error) {
    throw notFound(host, error.message)
  }
}

function lookupOverlay (host, options, callback) {
  addressesOf(host, options).then(
    // Outside of the promise, so that what the callback throws is the caller's.
    found => process.nextTick(() => options.all ? callback(null, found) : callback(null, found[0].address, found[0].family)),
    error => process.nextTick(callback, error)
  )
}

const resolverLookup = dns.lookup
const promisedLookup = dns.promises.lookup

function lookup (host, options, callback) {
  if (typeof host !== 'string' || !isOverlayName(host)) return resolverLookup.apply(dns, arguments)
  const done = typeof options === 'function' ? options : callback
  // Its own complaint about a missing callback; it asks for nothing then.
  if (typeof done !== 'function') return resolverLookup('127.0.0.1', options, callback)
  lookupOverlay(host, typeof options === 'function' ? {} : options ?? {}, done)
}

async function lookupPromised (host, options) {
  if (typeof host !== 'string' || !isOverlayName(host)) return promisedLookup.apply(dns.promises, arguments)
  const found = await addressesOf(host, options ?? {})
  return options?.all ? found : found[0]
}

// Whoever took dns.lookup before this file was loaded, or brings a look-up of its own, still ends here.
function guardConnect () {
  const connect = net.Socket.prototype.connect
  net.Socket.prototype.connect = function (...args) {
    const isNormalized = Array.isArray(args[0])
    const [first, second, ...rest] = isNormalized ? args[0] : args
    if (first !== null && typeof first === 'object') {
      if (first.path || typeof first.host !== 'string' || !isOverlayName(first.host)) return connect.apply(this, args)
      const options = { ...first, lookup }
      if (!isNormalized) return connect.call(this, options, second, ...rest)
      args[0][0] = options
      return connect.apply(this, args)
    }

    return typeof second === 'string' && isOverlayName(second) ? connect.call(this, { port: first, host: second, lookup }, ...rest) : connect.apply(this, args)
  }
}

// These ask name servers whatever the name; an overlay's name has no records there.
function guardResolvers () {
  for (const [owner, isPromised] of [[dns, false], [dns.Resolver.prototype, false], [dns.promises, true], [dns.promises.Resolver.prototype, true]]) {
    for (const name of Object.getOwnPropertyNames(owner).filter(name => /^resolve/.test(name))) {
      const resolve = owner[name]
      owner[name] = function (host, ...rest) {
        if (typeof host !== 'string' || !isOverlayName(host)) return resolve.call(this, host, ...rest)
        const error = notFound(host, 'Name servers are not asked about overlay names: connect to it by name.')
        if (isPromised) return Promise.reject(error)
        process.nextTick(rest.at(-1), error)
      }
    }
  }
}

// A second copy of this file, of another path, would only stand in the way of the first.
const INSTALLED = Symbol.for('klyntar-overlay.lookup')
if (!globalThis[INSTALLED]) {
  globalThis[INSTALLED] = true
  Object.defineProperty(lookup, promisify.custom, { value: lookupPromised })
  dns.lookup = lookup
  dns.promises.lookup = lookupPromised
  guardResolvers()
  guardConnect()
  syncBuiltinESMExports()
}
