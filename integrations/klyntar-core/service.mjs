import http from 'node:http'
import path from 'node:path'
import { serviceJson } from './ports.mjs'

const LONGEST_ANSWER = 64 * 1024

/** The gateway has said why it does not publish the node: asking again changes nothing. */
class Refusal extends Error {}

/** This node on a gateway that others use too: it is published for as long as this process runs, and withdrawn at its end, whatever that is. */
export class Service {
  #settings
  #ports
  #log
  #state = 'away'

  /**
   * @param {object} settings of readSettings
   * @param {[number, string][]} ports a target for each virtual port
   * @param {(line: string) => void} log
   */
  constructor (settings, ports, log) {
    this.#settings = settings
    this.#ports = ports
    this.#log = log
  }

  /** Has the gateway publish it, unless that was asked already. To be called with a status in which nothing leads to this node. */
  hold ({ services }) {
    if (this.#state !== 'away') return
    this.#state = 'asked'
    const { service, dataFolder } = this.#settings
    if (services.some(({ name }) => name === service)) {
      return this.#log(`The gateway of ${dataFolder} has a service ${service} already, which does not lead to this node, so peers cannot reach it. Name this node's service otherwise: KLYNTAR_OVERLAY_SERVICE, or "service".`)
    }

    this.#ask().catch(error => {
      this.#log(`The gateway of ${dataFolder} does not publish this node as ${service}, so peers cannot reach it: ${error.message}`)
      if (!(error instanceof Refusal)) this.#state = 'away'
    })
  }

  /** The gateway has ended: the next one is asked again. */
  lose () {
    this.#state = 'away'
  }

  #ask () {
    const { service, dataFolder, on } = this.#settings
    return new Promise((resolve, reject) => {
      const request = http.request({
        socketPath: path.join(dataFolder, 'gateway.sock'),
        path: `/services?name=${encodeURIComponent(service)}&hold=true`,
        method: 'POST',
        agent: false
      }, response => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', part => {
          text += part
          if (text.length > LONGEST_ANSWER) request.destroy(new Error('its answer is too long'))
          // What follows is silence, for as long as the service is held.
          if (response.statusCode === 200 && text.includes('\n')) resolve()
        })
        response.on('end', () => reject(response.statusCode === 200
          ? new Error('it closed the connection')
          : new Refusal(text.trim().replace(/\s*\n\s*/g, ' ') || `it answered ${response.statusCode}`)))
        response.on('error', reject)
      })
      // It answers once its transports run, which may take minutes.
      request.on('error', reject)
      // The node's own work keeps it running, not this.
      request.on('socket', socket => socket.unref())
      request.end(serviceJson(on, this.#ports))
    })
  }
}
