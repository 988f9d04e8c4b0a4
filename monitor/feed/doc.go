// Package feed turns the bytes of an RSS, Atom, RDF or JSON feed into
// news.Entry values. It is pure: no network, no clock, no state. It does not
// decide what is new, when to ask again or what to keep.
//
// # Method
//
// A document passes these steps; a good one passes each of them once.
//
//  1. normalise: the bytes become valid UTF-8 without characters XML forbids.
//     The encoding is taken from a byte order mark, else UTF-8 if the bytes are
//     valid UTF-8 whatever any label says, else the HTTP charset, else the XML
//     declaration, else a guess by letter frequency.
//  2. The root is found behind declarations, comments, warnings and blanks. A
//     document that is no feed is named: see WrongDocument.
//  3. scan: one pass over the tags with the rules of encoding/xml, keeping the
//     stack that decoder would keep. It bounds depth, namespaces, attributes,
//     elements, items and text pieces before gofeed sees a byte, notes where
//     every item starts and ends, and notices tags that do not fit.
//  4. gofeed's RSS or Atom parser reads the document, up to MaxItems, without the
//     fields nothing is taken from, the dates and the long texts of RSS (see
//     openedField): that is most of its work. Large documents go in batches, for
//     gofeed holds several copies of what it reads. Its universal parser is not
//     used (its DisableContentImageScan matters only there).
//  5. The number of items read is compared with the number of item tags. On a
//     difference, an error or a refusal in step 3 every item is read alone:
//     by gofeed if it is sound, else by extract, which needs no sound markup.
//     All three ways give the same entry for a sound item, so that damage is
//     never taken for a revision. Document.Partial then says what was wrong.
//
// JSON Feed is read item by item with encoding/json; gofeed's type for an item
// would also fill lists that a hostile item can make millions long.
//
// # What breaks feeds, and where it is handled
//
//	wrong, missing or unknown encoding label, UTF-16    charset.go
//	one bad byte, cut rune, control characters, &#x8;   normalise.go
//	junk, warnings or megabytes before the root         root.go
//	XML 1.1, declarations in the middle                 root.go, scan.go
//	depth, xmlns, attribute, item and text bombs        scan.go
//	raw <, bare attributes, ]]>, --, open CDATA         salvage.go, extract.go
//	wrong end tags, swallowed items, wrong namespace    scan.go, salvage.go
//	cut off documents                                   salvage.go
//	HTML, sitemap, OPML, JSON error, gzip, empty        wrong.go
//	no link but guid, atom:link or self; xml:base       entry.go, scan.go
//	rewritten Atom ids                                  scan.go (read as written)
//	dates in any zone, language and shape               date.go
//	markup and entities in titles                       plain.go
//	JSON with bad members or cut off                    json.go
package feed
