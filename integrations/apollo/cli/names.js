// The gateway's own list: these names are an overlay's whether or not it runs there, and no resolver is ever to hear of them.
const OVERLAY_NAME = /\.(onion|i2p|zeronet|bit|loki|alt|exit)\.*$/i

/** Whether a host name is an overlay's. */
export const isOverlayName = host => OVERLAY_NAME.test(host)

/** A host as URLs write it, without the brackets of IPv6. */
export const bareHost = host => host.replace(/^\[(.*)\]$/, '$1')
