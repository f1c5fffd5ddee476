import { MMFSError, type MMFSErrorCode, type MMFSErrorData } from "../errors/mmfs-error.js";

/** An error as it travels between threads: structured cloning would drop its class, code, data and marker. */
export interface SerializedError {
  name: string;
  message: string;
  stack?: string | undefined;
  code?: MMFSErrorCode | undefined;
  data?: MMFSErrorData | undefined;
  cause?: SerializedError | undefined;
}

/** Causes of causes beyond this depth are dropped; they may form a circle. */
const MAX_DEPTH = 4;

export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(MMFSError.isInstance(error) ? { code: error.code, data: error.data } : {}),
    cause: error.cause === undefined || depth === MAX_DEPTH ? undefined : serializeError(error.cause, depth + 1),
  };
}

export function reviveError({ name, message, stack, code, data, cause }: SerializedError): Error {
  const options = cause === undefined ? {} : { cause: reviveError(cause) };
  const error =
    code === undefined
      ? Object.assign(new Error(message, options), { name })
      : new MMFSError(code, message, { ...options, data });
  if (stack !== undefined) error.stack = stack;
  return error;
}
