/**
 * Keeps onnxruntime, since its version 1.30, from writing a device id and a database of events into the user's cache folder and from
 * sending them to its maker. Its library reads the variable from the environment of the process when it is loaded; threads have
 * copies of theirs, so this must be called on the main thread. Whoever sets the variable is not overruled.
 *
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md
 */
export function disableTelemetry(environment: Record<string, string | undefined> = process.env): void {
  environment.ORT_DISABLE_TELEMETRY ??= "1";
}
