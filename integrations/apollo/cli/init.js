// Apollo imports this before any of its commands (EXTRA_CLI). From then on its requests take the gateway's SOCKS door.
import http from 'node:http'
import https from 'node:https'
import { doorAgentOf } from './agent.js'
import { guardConnections } from './guard.js'
import { readSettings } from './settings.js'

const settings = readSettings(globalThis.CONFIGURATION?.KLYNTAR_OVERLAY, process.env)

// Whoever names no agent, as Apollo's requests do, takes these.
const DoorAgent = doorAgentOf(settings, http.globalAgent, https.globalAgent)
const agent = new DoorAgent()
http.globalAgent = agent
https.globalAgent = agent
guardConnections(settings)
