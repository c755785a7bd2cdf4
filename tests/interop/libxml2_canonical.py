"""Canonical forms by libxml2: whole documents through lxml, chosen elements through the library itself.

Reads JSON lines {"text", "mode", "comments", "prefixes", "chosen"}; writes one line of hexadecimal SHA-256 for each, or "-" where libxml2 refuses.
Chosen are the elements that have an attribute `pick`, with their attributes, namespaces and text.
"""
import ctypes
import ctypes.util
import hashlib
import io
import json
import sys

from lxml import etree

lib = ctypes.CDLL(ctypes.util.find_library("xml2") or "libxml2.so.2")
pointer = ctypes.c_void_p
lib.xmlReadMemory.restype = pointer
lib.xmlReadMemory.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int]
lib.xmlXPathNewContext.restype = pointer
lib.xmlXPathNewContext.argtypes = [pointer]
lib.xmlXPathEvalExpression.restype = pointer
lib.xmlXPathEvalExpression.argtypes = [ctypes.c_char_p, pointer]
lib.xmlC14NDocDumpMemory.restype = ctypes.c_int
lib.xmlC14NDocDumpMemory.argtypes = [pointer, pointer, ctypes.c_int, pointer, ctypes.c_int, ctypes.POINTER(pointer)]
for name in ("xmlXPathFreeObject", "xmlXPathFreeContext", "xmlFreeDoc"):
    getattr(lib, name).argtypes = [pointer]
free = ctypes.CFUNCTYPE(None, pointer).in_dll(lib, "xmlFree")

CHOSEN = b"(//. | //@* | //namespace::*)[ancestor-or-self::*[1][@pick]]"


def by_lxml(case):
    output = io.BytesIO()
    tree = etree.ElementTree(etree.fromstring(case["text"].encode()))
    exclusive = case["mode"] == 1
    prefixes = [p or "#default" for p in case["prefixes"]] if exclusive and case["prefixes"] else None
    tree.write_c14n(output, exclusive=exclusive, with_comments=bool(case["comments"]), inclusive_ns_prefixes=prefixes)
    return output.getvalue()


def by_library(case):
    text = case["text"].encode()
    doc = lib.xmlReadMemory(text, len(text), b"x.xml", None, 0)
    context = found = nodes = None
    if case["chosen"]:
        context = lib.xmlXPathNewContext(doc)
        found = lib.xmlXPathEvalExpression(CHOSEN, context)
        nodes = ctypes.cast(found + 8, ctypes.POINTER(pointer)).contents
    prefixes = None
    if case["mode"] == 1 and case["prefixes"]:
        listed = [(p or "#default").encode() for p in case["prefixes"]]
        prefixes = (ctypes.c_char_p * (len(listed) + 1))(*listed, None)
    result = pointer()
    length = lib.xmlC14NDocDumpMemory(doc, nodes, case["mode"], ctypes.cast(prefixes, pointer) if prefixes else None, case["comments"], ctypes.byref(result))
    octets = ctypes.string_at(result, length) if length >= 0 else None
    if result:
        free(result)
    if found:
        lib.xmlXPathFreeObject(found)
        lib.xmlXPathFreeContext(context)
    lib.xmlFreeDoc(doc)
    return octets


for line in sys.stdin:
    case = json.loads(line)
    # Canonical XML 1.1, chosen elements and the default namespace in a prefix list are not offered by lxml.
    octets = by_library(case) if case["chosen"] or case["mode"] == 2 or "" in case["prefixes"] else by_lxml(case)
    if len(sys.argv) > 1 and octets is not None:
        print(octets.decode())
    print("-" if octets is None else hashlib.sha256(octets).hexdigest())
