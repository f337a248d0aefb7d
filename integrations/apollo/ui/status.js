import http from 'node:http'
import os from 'node:os'
import path from 'node:path'

// A gateway's status is some kilobytes, and comes at once.
const MAX_LENGTH = 1024 * 1024
const ANSWER_TIME = 5_000

/** The gateway's socket: in the folder that is given, else where the gateway has it unless told. */
export function statusSocket (dataFolder, environment) {
  const state = path.isAbsolute(environment.XDG_STATE_HOME ?? '') ? environment.XDG_STATE_HOME : path.join(os.homedir(), '.local', 'state')
  return path.join(dataFolder ?? path.join(state, 'klyntar-overlay'), 'gateway.sock')
}

/** The gateway's status, or an error whose message is for a person. */
export async function readStatus (socketPath) {
  let text
  try {
    text = await get(socketPath)
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') throw new Error("No gateway runs there. Start one with 'klyntar-overlay up', or name its data folder (dataFolder).")
    throw new Error('The gateway does not answer as it should. It may be ending, or belong to another user; look at its log.')
  }

  try {
    const status = JSON.parse(text)
    if (status !== null && typeof status === 'object') return status
  } catch {
    // Said below.
  }

  throw new Error('What the gateway answered cannot be read. It may be of another version.')
}

function get (socketPath) {
  return new Promise((resolve, reject) => {
    // Not the global agent: the door is not on the way to the gateway's own socket.
    const request = http.request({ socketPath, path: '/status', agent: new http.Agent(), signal: AbortSignal.timeout(ANSWER_TIME) }, response => {
      if (response.statusCode !== 200) return request.destroy(new Error(`status ${response.statusCode}`))
      let text = ''
      response.setEncoding('utf8')
      response.on('data', part => {
        text += part
        if (text.length > MAX_LENGTH) request.destroy(new Error('too long'))
      })
      response.on('end', () => resolve(text))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end()
  })
}
