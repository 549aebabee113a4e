import type { Reply } from '../ec2/action.ts'
import type { Service } from '../ec2/actions.ts'
import type { CloudError } from './cloud-error.ts'
import { xmlDocument } from './xml.ts'

/** The names that JSON services have for what EC2's error codes say. */
const JSON_CODES: Readonly<Record<string, string>> = {
  AuthFailure: 'UnrecognizedClientException',
  ExpiredToken: 'ExpiredTokenException',
  InternalError: 'InternalErrorException',
  InvalidAction: 'UnknownOperationException',
  InvalidParameterValue: 'InvalidParameterException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  MissingParameter: 'InvalidParameterException',
  RequestLimitExceeded: 'ThrottlingException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  UnauthorizedOperation: 'AccessDeniedException',
}

/** The media type of a service's answers; EC2's when nobody knows yet which service was meant. */
export function contentType(service: Service | undefined): string {
  return service?.wire === 'json' ? 'application/x-amz-json-1.1' : 'text/xml;charset=UTF-8'
}

/** A good answer as the service writes it. */
export function answerText(service: Service, action: string, reply: Reply, requestId: string): string {
  if (service.wire === 'json') return JSON.stringify(reply)
  const name = `${action}Response`
  if (service.name === 'ec2') return xmlDocument(name, { requestId, ...reply }, service.namespace)
  const inside = { [`${action}Result`]: reply, ResponseMetadata: { RequestId: requestId } }
  return xmlDocument(name, inside, service.namespace)
}

/** A refusal as the service writes it. */
export function refusalText(service: Service | undefined, error: CloudError, requestId: string): string {
  const { code, message, status } = error
  if (service?.wire === 'json') return JSON.stringify({ __type: JSON_CODES[code] ?? code, message })
  if (service?.name !== 'sts') {
    return xmlDocument('Response', {
      Errors: { Error: { Code: code, Message: message } },
      RequestID: requestId,
    })
  }
  const type = status < 500 ? 'Sender' : 'Receiver'
  const inside = { Error: { Type: type, Code: code, Message: message }, RequestId: requestId }
  return xmlDocument('ErrorResponse', inside, service.namespace)
}
