import { MMFSError } from "@mmfs/core";

/**
 * A table of a FlatBuffers file. Fields are asked for by their place in the schema, from 0 on; those that the file leaves
 * out have the schema's default. Nothing is read outside of the file, and no vector may be longer than what is left of it.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID` from every method, where an offset leads out of the file.
 * @see https://flatbuffers.dev/internals
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #fields: number;
  readonly #fieldBytes: number;

  private constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#fields = at - this.#number(at, 4, (place) => view.getInt32(place, true));
    this.#fieldBytes = this.#number(this.#fields, 2, (place) => view.getUint16(place, true));
  }

  /**
   * The root of a file.
   *
   * @param identifier the four letters that the files of this schema have behind the root's offset.
   */
  static root(bytes: Uint8Array, identifier: string): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const found = String.fromCharCode(...bytes.subarray(4, 8));
    if (found !== identifier) throw damaged(`it does not begin as ${identifier} files do`);
    return new FlatTable(view, view.getUint32(0, true));
  }

  uint8(field: number, otherwise = 0): number {
    return this.#scalar(field, otherwise, 1, (place) => this.#view.getUint8(place));
  }

  int8(field: number, otherwise = 0): number {
    return this.#scalar(field, otherwise, 1, (place) => this.#view.getInt8(place));
  }

  int32(field: number, otherwise = 0): number {
    return this.#scalar(field, otherwise, 4, (place) => this.#view.getInt32(place, true));
  }

  uint32(field: number, otherwise = 0): number {
    return this.#scalar(field, otherwise, 4, (place) => this.#view.getUint32(place, true));
  }

  string(field: number): string {
    return String.fromCharCode(...this.bytes(field).subarray(0, 256));
  }

  /** A table within this one, if there is one. */
  table(field: number): FlatTable | undefined {
    const place = this.#place(field);
    return place === undefined ? undefined : new FlatTable(this.#view, this.#target(place));
  }

  tables(field: number): FlatTable[] {
    const { at, length } = this.#vector(field, 4);
    return Array.from({ length }, (_, i) => new FlatTable(this.#view, this.#target(at + 4 * i)));
  }

  int32s(field: number): number[] {
    const { at, length } = this.#vector(field, 4);
    return Array.from({ length }, (_, i) => this.#view.getInt32(at + 4 * i, true));
  }

  /** A view of a vector of bytes. */
  bytes(field: number): Uint8Array {
    const { at, length } = this.#vector(field, 1);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length);
  }

  #vector(field: number, elementBytes: number): { at: number; length: number } {
    const place = this.#place(field);
    if (place === undefined) return { at: 0, length: 0 };
    const start = this.#target(place);
    const length = this.#number(start, 4, (at) => this.#view.getUint32(at, true));
    const at = start + 4;
    if (length > (this.#view.byteLength - at) / elementBytes) throw damaged("a list is longer than the file");
    return { at, length };
  }

  #scalar(field: number, otherwise: number, bytes: number, read: (place: number) => number): number {
    const place = this.#place(field);
    return place === undefined ? otherwise : this.#number(place, bytes, read);
  }

  #place(field: number): number | undefined {
    const entry = 4 + 2 * field;
    if (entry + 2 > this.#fieldBytes) return undefined;
    const offset = this.#number(this.#fields + entry, 2, (place) => this.#view.getUint16(place, true));
    return offset === 0 ? undefined : this.#at + offset;
  }

  /** Where an offset that stands at a place leads to. */
  #target(place: number): number {
    return place + this.#number(place, 4, (at) => this.#view.getUint32(at, true));
  }

  #number(place: number, bytes: number, read: (place: number) => number): number {
    if (place < 0 || place + bytes > this.#view.byteLength) throw damaged("an offset leads out of the file");
    return read(place);
  }
}

function damaged(what: string): MMFSError {
  return new MMFSError("CHECKPOINT_INVALID", `The TensorFlow Lite model cannot be read: ${what}. Download it again.`);
}
