"""Forwards TCP: forward.py <address to listen on> <address to go to> <port>...; the ports stay the same."""
import asyncio
import sys


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def main(listen, target, ports):
    def serve(port):
        async def accepted(reader, writer):
            try:
                there, back = await asyncio.open_connection(target, port)
            except OSError:
                writer.close()
                return
            await asyncio.gather(copy(reader, back), copy(there, writer))

        return accepted

    servers = [await asyncio.start_server(serve(port), listen, port) for port in ports]
    print("ready", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main(sys.argv[1], sys.argv[2], [int(port) for port in sys.argv[3:]]))
