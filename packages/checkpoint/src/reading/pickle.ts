import type { ByteReader } from "./byte-reader.js";
import { decodeUtf8 } from "./decode-utf8.js";
import { invalid, unsafe } from "./refusal.js";

/** A dictionary. Keys are strings and numbers; anything else is refused. */
export class PickleDict {
  readonly entries = new Map<string | number, PickleValue>();
}

export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** The name of something in Python. It is a word in a list and is never looked up, imported or called. */
export class PickleGlobal {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

/** What the caller made of a persistent id or of a call that it knows. */
export class PickleForeign<T> {
  constructor(readonly value: T) {}
}

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleDict
  | PickleTuple
  | PickleGlobal
  | PickleForeign<unknown>;

/** What a pickle may mean besides plain data. */
export interface PickleVocabulary {
  /** Whether the name may stand in the pickle at all. */
  knows(global: PickleGlobal): boolean;
  /** The meaning of `global(*args)` for a known name, or undefined to refuse the call. */
  call(global: PickleGlobal, args: readonly PickleValue[]): PickleValue | undefined;
  /** The meaning of a persistent id. */
  persistent(id: PickleValue): PickleValue;
}

/** Published files need a tenth of these. They bound the memory that a hostile pickle can take to about 50 MB. */
export const PICKLE_LIMITS = { bytes: 16 * 1024 * 1024, opcodes: 500_000, containers: 150_000, marks: 1_000 };

const MARK = Symbol("mark");

/**
 * Reads one pickle, protocols 2 to 5, as far as `torch.save` uses them. Nothing in it is ever executed: names outside
 * the vocabulary are refused when they are mentioned, not when they are called.
 *
 * @see Lib/pickletools.py of CPython, which documents the opcodes
 * @throws {MMFSError} `CHECKPOINT_UNSAFE` for names and calls outside the vocabulary, `CHECKPOINT_INVALID` for damage
 */
export function readPickle(reader: ByteReader, vocabulary: PickleVocabulary): PickleValue {
  return new Interpreter(reader, vocabulary).run();
}

class Interpreter {
  readonly #stack: (PickleValue | typeof MARK)[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #start: number;
  #containers = 0;
  #marks = 0;

  constructor(
    readonly reader: ByteReader,
    readonly vocabulary: PickleVocabulary,
  ) {
    this.#start = reader.position;
  }

  run(): PickleValue {
    for (let opcodes = 0; opcodes < PICKLE_LIMITS.opcodes; opcodes++) {
      if (this.reader.position - this.#start > PICKLE_LIMITS.bytes) throw invalid("its pickle is too long");
      const opcode = this.reader.uint8();
      if (opcode === 0x2e) return this.#end();
      this.#step(opcode);
    }
    throw invalid(`its pickle has more than ${PICKLE_LIMITS.opcodes} instructions`);
  }

  #end(): PickleValue {
    const result = this.#pop();
    if (this.#stack.length > 0) throw invalid("its pickle leaves values behind");
    return result;
  }

  #step(opcode: number): void {
    const { reader } = this;
    switch (opcode) {
      case 0x80: // PROTO
        if (reader.uint8() > 5) throw invalid("its pickle has an unknown protocol");
        return;
      case 0x95: // FRAME
        if (reader.count64() > reader.remaining) throw invalid("a frame of its pickle is cut short");
        return;
      case 0x28: // MARK
        this.#marks += 1;
        if (this.#marks > PICKLE_LIMITS.marks) throw invalid("its pickle is nested too deeply");
        this.#stack.push(MARK);
        return;
      case 0x4e: // NONE
        this.#push(null);
        return;
      case 0x88: // NEWTRUE
        this.#push(true);
        return;
      case 0x89: // NEWFALSE
        this.#push(false);
        return;
      case 0x4a: // BININT
        this.#push(reader.int32());
        return;
      case 0x4b: // BININT1
        this.#push(reader.uint8());
        return;
      case 0x4d: // BININT2
        this.#push(reader.uint16());
        return;
      case 0x8a: // LONG1
        this.#push(longInteger(reader.take(reader.uint8())));
        return;
      case 0x47: // BINFLOAT
        this.#push(reader.bigEndianFloat64());
        return;
      case 0x58: // BINUNICODE
        this.#push(this.#text(reader.uint32()));
        return;
      case 0x8c: // SHORT_BINUNICODE
        this.#push(this.#text(reader.uint8()));
        return;
      case 0x8d: // BINUNICODE8
        this.#push(this.#text(reader.count64()));
        return;
      case 0x54: // BINSTRING, from Python 2
        this.#push(this.#text(reader.uint32()));
        return;
      case 0x55: // SHORT_BINSTRING
        this.#push(this.#text(reader.uint8()));
        return;
      case 0x42: // BINBYTES
        this.#push(reader.take(reader.uint32()));
        return;
      case 0x43: // SHORT_BINBYTES
        this.#push(reader.take(reader.uint8()));
        return;
      case 0x5d: // EMPTY_LIST
        this.#push(this.#container([]));
        return;
      case 0x7d: // EMPTY_DICT
        this.#push(this.#container(new PickleDict()));
        return;
      case 0x29: // EMPTY_TUPLE
        this.#push(this.#container(new PickleTuple([])));
        return;
      case 0x85: // TUPLE1
        this.#push(this.#container(new PickleTuple(this.#popMany(1))));
        return;
      case 0x86: // TUPLE2
        this.#push(this.#container(new PickleTuple(this.#popMany(2))));
        return;
      case 0x87: // TUPLE3
        this.#push(this.#container(new PickleTuple(this.#popMany(3))));
        return;
      case 0x74: // TUPLE
        this.#push(this.#container(new PickleTuple(this.#popToMark())));
        return;
      case 0x61: // APPEND
        this.#append(this.#popMany(1));
        return;
      case 0x65: // APPENDS
        this.#append(this.#popToMark());
        return;
      case 0x73: // SETITEM
        this.#setItems(this.#popMany(2));
        return;
      case 0x75: // SETITEMS
        this.#setItems(this.#popToMark());
        return;
      case 0x71: // BINPUT
        this.#remember(reader.uint8());
        return;
      case 0x72: // LONG_BINPUT
        this.#remember(reader.uint32());
        return;
      case 0x94: // MEMOIZE
        this.#remember(this.#memo.size);
        return;
      case 0x68: // BINGET
        this.#recall(reader.uint8());
        return;
      case 0x6a: // LONG_BINGET
        this.#recall(reader.uint32());
        return;
      case 0x63: // GLOBAL
        this.#global(this.#line(), this.#line());
        return;
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        if (typeof module !== "string" || typeof name !== "string")
          throw invalid("its pickle names a thing by no name");
        this.#global(module, name);
        return;
      }
      case 0x52: // REDUCE
        this.#reduce();
        return;
      case 0x62: // BUILD
        this.#build();
        return;
      case 0x51: // BINPERSID
        this.#push(this.vocabulary.persistent(this.#pop()));
        return;
      case 0x69: // INST
      case 0x6f: // OBJ
      case 0x81: // NEWOBJ
      case 0x92: // NEWOBJ_EX
        throw unsafe(`an object to be made (pickle instruction 0x${opcode.toString(16)})`);
      case 0x82: // EXT1
      case 0x83: // EXT2
      case 0x84: // EXT4
        throw unsafe("an entry of Python's extension registry");
      default:
        throw invalid(`its pickle has the instruction 0x${opcode.toString(16)}, which torch.save does not write`);
    }
  }

  #push(value: PickleValue): void {
    this.#stack.push(value);
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw invalid("its pickle takes a value where there is none");
    return value;
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw invalid("its pickle takes a value where there is none");
    return value;
  }

  #popMany(count: number): PickleValue[] {
    const values = Array.from({ length: count }, () => this.#pop());
    return values.reverse();
  }

  #popToMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw invalid("its pickle ends a group that it did not begin");
    const values = this.#stack.slice(mark + 1) as PickleValue[];
    this.#stack.length = mark;
    this.#marks -= 1;
    return values;
  }

  #container<T extends PickleValue>(value: T): T {
    this.#containers += 1;
    if (this.#containers > PICKLE_LIMITS.containers) {
      throw invalid(`its pickle has more than ${PICKLE_LIMITS.containers} containers`);
    }
    return value;
  }

  #append(items: readonly PickleValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw invalid("its pickle appends to what is no list");
    for (const item of items) list.push(item);
  }

  #setItems(items: readonly PickleValue[]): void {
    const dict = this.#top();
    if (!(dict instanceof PickleDict) || items.length % 2 !== 0)
      throw invalid("its pickle sets items of what is no dict");
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key !== "string" && typeof key !== "number") throw invalid("a key is neither a string nor a number");
      if (dict.entries.has(key)) throw invalid(`the key ${JSON.stringify(key)} is there twice`);
      dict.entries.set(key, items[i + 1] as PickleValue);
    }
  }

  #remember(index: number): void {
    this.#memo.set(index, this.#top());
  }

  #recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw invalid("its pickle recalls what it did not store");
    this.#push(value);
  }

  #global(module: string, name: string): void {
    const global = new PickleGlobal(module, name);
    if (!this.vocabulary.knows(global)) throw unsafe(`${global.toString().slice(0, 200)}`);
    this.#push(this.#container(global));
  }

  #reduce(): void {
    const args = this.#pop();
    const callee = this.#pop();
    if (!(callee instanceof PickleGlobal) || !(args instanceof PickleTuple))
      throw unsafe("a call of what is no known function");
    const result = this.vocabulary.call(callee, args.items);
    if (result === undefined) throw unsafe(`${callee} with other arguments than PyTorch gives`);
    this.#push(this.#container(result));
  }

  /** State that PyTorch hangs on containers and parameters (`_metadata` of a state dict); nothing of it is needed. */
  #build(): void {
    this.#pop();
    if (!(this.#top() instanceof PickleDict)) throw unsafe("the state of an object to be set");
  }

  #text(length: number): string {
    return decodeUtf8(this.reader.take(length), "a string");
  }

  #line(): string {
    const end = this.reader.bytes.indexOf(0x0a, this.reader.position);
    if (end < 0) throw invalid("a name in its pickle does not end");
    const text = this.#text(end - this.reader.position);
    this.reader.take(1);
    return text;
  }
}

/** Two's complement, little-endian, of any length. */
function longInteger(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
  if (bytes.length > 0 && (bytes.at(-1) as number) & 0x80) value -= 1n << BigInt(8 * bytes.length);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
