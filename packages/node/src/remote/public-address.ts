import ipaddr from "ipaddr.js";

/**
 * True for an address of the public internet. Everything else is refused: loopback, private, link-local, carrier-grade
 * NAT, unique local, multicast, reserved and tunnelled ranges, and IPv4 addresses mapped into IPv6 by what they map to.
 */
export function isPublicAddress(address: string): boolean {
  const unscoped = address.replace(/%.*$/, "");
  if (!ipaddr.isValid(unscoped)) return false;
  return ipaddr.process(unscoped).range() === "unicast";
}
