import { spawn } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { probeGateway } from './lookup.mjs'
import { isTaken, serviceJson } from './ports.mjs'

// Some hundred bytes for each of up to 64 thousand peers.
const LONGEST_STATUS = 64 * 1024 * 1024
const LONGEST_LINE = 1_000
const LINES_KEPT = 12
const LONGEST_PAUSE = 30_000
const POLL = 250

/** The gateway of one data folder: the one that runs, else one that is started here, and ended with this process. */
export class Gateway {
  #settings
  #ports
  #log
  #child

  /**
   * @param {object} settings of readSettings
   * @param {[number, string][]} ports what is published, where the plugin writes the configuration
   * @param {(line: string) => void} log
   */
  constructor (settings, ports, log) {
    this.#settings = settings
    this.#ports = ports
    this.#log = log
  }

  /** Whether the gateway that is used was started here. */
  get isOwn () {
    return this.#child !== undefined
  }

  /** Finds or starts it, gives each status of it, and does so again when it ends. */
  async run (onStatus) {
    let said
    for (let wait = 1_000; ; wait = Math.min(2 * wait, LONGEST_PAUSE)) {
      try {
        if (this.#settings.mayStart && !await this.#answers()) await this.#start()
        await probeGateway()
        said = undefined
        await this.#watch(status => {
          wait = 1_000
          onStatus(status)
        })
        this.#log('The gateway has ended. Until there is one again, overlay names lead nowhere.')
      } catch (error) {
        if (error.message !== said) this.#log(error.message)
        said = error.message
      }

      onStatus(undefined)
      await pause(wait, undefined, { ref: false })
    }
  }

  /** Ends what was started here, at once. */
  stop () {
    this.#child?.kill('SIGTERM')
  }

  async #answers () {
    return probeGateway().then(() => true, () => false)
  }

  async #start () {
    const { dataFolder, config } = this.#settings
    const file = config ?? await this.#writeConfiguration()
    const program = this.#program()
    // It ends with its input, so that it does not outlive a node that is killed; in a group of its own, Ctrl-C reaches it by way of the node alone.
    const child = spawn(program, ['up', '--config', file, '--data-folder', dataFolder, '--until-input-ends'], { stdio: 'pipe', detached: true })
    child.stdin.on('error', () => {})
    const said = []
    const ended = new Promise(resolve => {
      child.on('error', error => resolve(error.code === 'ENOENT' ? `There is no program ${program}. Name it by KLYNTAR_OVERLAY_PROGRAM, or "program".` : `${program} cannot be started: ${error.message}.`))
      child.on('exit', code => resolve(`The gateway that was started here ended (${code ?? 'by a signal'}): ${said.join(' ') || 'it said nothing.'}`))
    })
    for (const stream of [child.stdout, child.stderr]) keepLines(stream, said)
    this.#child = child
    let hasEnded = false
    const why = ended.then(text => {
      hasEnded = true
      if (this.#child === child) this.#child = undefined
      return text
    })
    while (!await this.#answers()) {
      if (await Promise.race([why, pause(POLL)])) break
    }

    // Another daemon may have been first: its gateway is as good.
    if (hasEnded && !await this.#answers()) throw new Error(await why)
    if (hasEnded) return
    why.then(this.#log)
    this.#log(`Started a gateway with the data folder ${dataFolder}.`)
  }

  // The installer leaves the program's path beside this file.
  #program () {
    const { program } = this.#settings
    if (program) return program
    const left = new URL('./program.txt', import.meta.url)
    return fs.existsSync(left) ? fs.readFileSync(left, 'utf8').trim() : 'klyntar-overlay'
  }

  async #writeConfiguration () {
    const { dataFolder, service, on, socks, transports } = this.#settings
    let doors = socks ? [{ listen: socks }] : []
    if (socks && await isTaken(socks)) {
      this.#log(`${socks} is taken, so this gateway opens no SOCKS door. Name another address in "socks", or false for none.`)
      doors = []
    }

    const own = Object.fromEntries(on.map(name => [name, {}]))
    const all = { ...(on.includes('tor') ? {} : { tor: false }), ...own, ...transports }
    const configuration = `{
  "socks": ${JSON.stringify(doors)},
  "services": { ${JSON.stringify(service)}: ${serviceJson(on, this.#ports)} },
  "transports": ${JSON.stringify(all)}
}
`
    fs.mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
    const file = path.join(dataFolder, 'plugin.json')
    fs.writeFileSync(file, configuration, { mode: 0o600 })
    return file
  }

  #watch (onStatus) {
    return new Promise((resolve, reject) => {
      const request = http.request({ socketPath: path.join(this.#settings.dataFolder, 'gateway.sock'), path: '/status/watch', agent: false }, response => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', part => {
          text += part
          const lines = text.split('\n')
          text = lines.pop()
          if (text.length > LONGEST_STATUS) return request.destroy()
          try {
            for (const line of lines) onStatus(JSON.parse(line))
          } catch {
            request.destroy(new Error('What the gateway answered cannot be read. It may be of another version.'))
          }
        })
        response.on('error', resolve)
        response.on('close', resolve)
      })
      request.on('error', error => error.code ? resolve() : reject(error))
      // The node's own work keeps it running, not this.
      request.on('socket', socket => socket.unref())
      request.end()
    })
  }
}

function keepLines (stream, said) {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', part => {
    const lines = (rest + part).split('\n')
    rest = lines.pop().slice(-LONGEST_LINE)
    said.push(...lines.map(line => line.trim().slice(0, LONGEST_LINE)).filter(Boolean))
    said.splice(0, said.length - LINES_KEPT)
  })
}
