// Encrypts and decrypts one file, or many, with @aws-crypto/client-node.
//
//   node envelope.mjs encrypt|decrypt --in FILE --out FILE <keyring> [--context JSON] [--frame-length BYTES] [--suite HEX]
//   node envelope.mjs batch            one JSON object a line on standard input, with the same names and "operation"
//
// Keyrings, one of:
//   --raw-key HEX --namespace TEXT --name TEXT        a raw AES key of 16, 24 or 32 bytes
//   --kms-key ARN [--endpoint URL] [--region NAME]    AWS KMS; credentials from the environment
//
// Each operation prints one line of JSON: {"ok":true,"bytes":n,"context":{…},"milliseconds":n} or {"ok":false,"error":"…"}.
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import {
  AlgorithmSuiteIdentifier,
  CommitmentPolicy,
  KMS,
  KmsKeyringNode,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
  buildClient,
  getClient,
} from '@aws-crypto/client-node'

const wrappingSuites = {
  16: RawAesWrappingSuiteIdentifier.AES128_GCM_IV12_TAG16_NO_PADDING,
  24: RawAesWrappingSuiteIdentifier.AES192_GCM_IV12_TAG16_NO_PADDING,
  32: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
}

function keyringOf(options) {
  if (options['raw-key']) {
    const key = Buffer.from(options['raw-key'], 'hex')
    // The keyring copies nothing out of a pooled Buffer: it wants memory of its own.
    const unencryptedMasterKey = new Uint8Array(key.length)
    unencryptedMasterKey.set(key)
    return new RawAesKeyringNode({
      keyNamespace: options.namespace,
      keyName: options.name,
      unencryptedMasterKey,
      wrappingSuite: wrappingSuites[key.length],
      // Without it this keyring sorts the wrap's context by locale, against the specification.
      utf8Sorting: true,
    })
  }

  const config = { region: options.region ?? options['kms-key'].split(':')[3] }
  if (options.endpoint) {
    config.endpoint = options.endpoint
  }

  return new KmsKeyringNode({
    ...(options.operation === 'encrypt' ? { generatorKeyId: options['kms-key'] } : { keyIds: [options['kms-key']] }),
    clientProvider: getClient(KMS, config),
  })
}

async function run(options) {
  const started = process.hrtime.bigint()
  const keyring = keyringOf(options)
  const suite = parseInt(options.suite ?? '0478', 16)
  const isCommitting = suite === 0x0478 || suite === 0x0578
  const client = buildClient(
    options.operation === 'decrypt'
      ? CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT
      : isCommitting
        ? CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
        : CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT
  )
  const transform =
    options.operation === 'decrypt'
      ? client.decryptStream(keyring)
      : client.encryptStream(keyring, {
          suiteId: AlgorithmSuiteIdentifier[AlgorithmSuiteIdentifier[suite]],
          encryptionContext: typeof options.context === 'string' ? JSON.parse(options.context) : (options.context ?? {}),
          frameLength: options['frame-length'] === undefined ? undefined : Number(options['frame-length']),
        })
  let context
  transform.on('MessageHeader', (header) => (context = header.encryptionContext))
  const output = createWriteStream(options.out)
  await pipeline(createReadStream(options.in, { highWaterMark: 1 << 20 }), transform, output)
  return { ok: true, bytes: output.bytesWritten, context, milliseconds: Number((process.hrtime.bigint() - started) / 1000000n) }
}

async function report(options) {
  let result
  try {
    result = await run(options)
  } catch (error) {
    result = { ok: false, error: String(error?.message ?? error) }
  }

  console.log(JSON.stringify(result))
  return result.ok
}

const [operation, ...rest] = process.argv.slice(2)
if (operation === 'batch') {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim()) {
      await report(JSON.parse(line))
    }
  }
} else if (operation === 'encrypt' || operation === 'decrypt') {
  const options = { operation }
  for (let i = 0; i < rest.length; i += 2) {
    options[rest[i].replace(/^--/, '')] = rest[i + 1]
  }

  process.exitCode = (await report(options)) ? 0 : 1
} else {
  console.error('usage: node envelope.mjs encrypt|decrypt|batch (see the head of the file)')
  process.exitCode = 2
}
