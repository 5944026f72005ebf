"""CMPv2 (RFC 4210): codec, protection, client machine, server side."""
