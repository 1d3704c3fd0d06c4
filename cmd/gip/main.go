// Command gip is one static binary that serves as ip, bridge, brctl,
// ifconfig, route, netstat, arp, sysctl and ping.
package main

func main() {}
