import { SocksProxyAgent } from 'socks-proxy-agent'
import { isOverlayName } from './names.js'

// As long as the door itself tries: the first dial to a service may take a minute.
const DIAL_TIME = 120_000

/**
 * A kind of agent that sends requests through the door: those for overlay names, or all of them.
 * Its constructor takes nothing, since for a request with "agent: false" Node makes a new one of the global agent's kind.
 */
export function doorAgentOf ({ door, all }, direct, directSecure) {
  return class DoorAgent extends SocksProxyAgent {
    constructor () {
      super(door, { timeout: DIAL_TIME })
    }

    async connect (request, options) {
      if (!options.socketPath && (all || isOverlayName(options.host ?? ''))) return super.connect(request, options)
      return options.secureEndpoint ? directSecure : direct
    }
  }
}
