import { randomBytes } from 'node:crypto'

// The port is KLYNTAR's customary one.
const USUAL_DOOR = 'socks5h://127.0.0.1:5666'

/**
 * Where the door is, and who takes it: from Apollo's configuration, and before that the environment.
 * @param {{ socks?: string, all?: boolean }} [configured] KLYNTAR_OVERLAY in Apollo's configuration.json
 * @param {Record<string, string | undefined>} environment
 */
export function readSettings (configured = {}, environment) {
  if (configured === null || typeof configured !== 'object') throw new Error('KLYNTAR_OVERLAY in configuration.json is no object. Write { "socks": "socks5h://127.0.0.1:5666" }.')
  const { socks = USUAL_DOOR, all = false } = configured
  if (typeof all !== 'boolean') throw new Error('KLYNTAR_OVERLAY.all in configuration.json is neither true nor false.')
  return { door: readDoor(environment.KLYNTAR_OVERLAY_SOCKS || socks), all }
}

function readDoor (text) {
  let door
  try {
    door = new URL(text)
  } catch {
    // The text may hold a password, so it is not shown.
    throw new Error('The address of the SOCKS door (KLYNTAR_OVERLAY_SOCKS, or KLYNTAR_OVERLAY.socks in configuration.json) cannot be read. Write it as socks5h://127.0.0.1:5666.')
  }

  if (door.protocol !== 'socks5h:') {
    throw new Error('The address of the SOCKS door must begin with socks5h://, so that names are sent to the door and not resolved here.')
  }

  if (!door.hostname || !door.port) {
    throw new Error('The address of the SOCKS door names no host or no port. Write it as socks5h://127.0.0.1:5666.')
  }

  // Each run is kept on circuits of its own, unless the operator said which.
  if (!door.username) {
    door.username = randomBytes(16).toString('hex')
    door.password = 'apollo'
  }

  return door
}
