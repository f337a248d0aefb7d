// Apollo imports this before any of its commands (EXTRA_CLI). From then on its requests take the gateway's SOCKS door.
import http from 'node:http'
import https from 'node:https'
import { doorAgentOf } from './agent.js'
import { guardConnections } from './guard.js'
import { readSettings } from './settings.js'

let settings
try {
  settings = readSettings(globalThis.CONFIGURATION?.KLYNTAR_OVERLAY, process.env)
} catch (error) {
  // Without a door nothing may go out, so nothing is begun.
  console.error(`klyntar-overlay: ${error.message}`)
  process.exit(1)
}

// Whoever names no agent, as Apollo's requests do, takes these.
const DoorAgent = doorAgentOf(settings, http.globalAgent, https.globalAgent)
const agent = new DoorAgent()
http.globalAgent = agent
https.globalAgent = agent
guardConnections(settings)
