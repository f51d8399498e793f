// A stand-in for S3 in memory that costs little processor time: no signatures, no checksums computed, no disk. It serves
// what the archive and the tools beside it ask for. What it is sent of its own objects' bytes it keeps as a place in them, so that a
// tar of 2 GiB takes some megabytes. `main -objects 2000 -size 2334000 -prefix p/`
package main

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand"
	"net"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

type object struct {
	pieces [][]byte
	size   int64
	etag   string
	crc    string
	tags   string
}

// A key with its object, so that a page costs no look for each.
type entry struct {
	key string
	o   *object
}

type upload struct {
	sync.Mutex
	parts map[int][][]byte
	sizes map[int]int64
}

var (
	mutex   sync.RWMutex
	buckets = map[string]map[string]*object{}
	sorted  = map[string][]entry{}
	uploads = map[string]*upload{}
	serial  int
	gets    int64
	read    int64
)

const modified = "2026-01-02T03:04:05.000Z"

var httpModified = "Fri, 02 Jan 2026 03:04:05 GMT"

func put(bucket, key string, o *object) {
	if buckets[bucket] == nil {
		buckets[bucket] = map[string]*object{}
	}
	buckets[bucket][key] = o
	delete(sorted, bucket)
}

func keysOf(bucket string) []entry {
	mutex.RLock()
	found := sorted[bucket]
	mutex.RUnlock()
	if found != nil {
		return found
	}
	mutex.Lock()
	defer mutex.Unlock()
	keys := make([]entry, 0, len(buckets[bucket]))
	for key, o := range buckets[bucket] {
		keys = append(keys, entry{key, o})
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i].key < keys[j].key })
	sorted[bucket] = keys
	return keys
}

func fail(w http.ResponseWriter, status int, code string) {
	body := "<Error><Code>" + code + "</Code><Message>" + code + "</Message></Error>"
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	io.WriteString(w, body)
}

func answer(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	io.WriteString(w, body)
}

func serve(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/")
	bucket, rest, _ := strings.Cut(path, "/")
	key, _ := url.PathUnescape(rest)
	query := r.URL.Query()
	switch r.Method {
	case "GET", "HEAD":
		if key == "" {
			list(w, bucket, query)
			return
		}
		get(w, r, bucket, key, query)
	case "PUT":
		store(w, r, bucket, key, query)
	case "POST":
		post(w, r, bucket, key, query)
	case "DELETE":
		mutex.Lock()
		delete(buckets[bucket], key)
		delete(sorted, bucket)
		mutex.Unlock()
		w.WriteHeader(204)
	}
}

func get(w http.ResponseWriter, r *http.Request, bucket, key string, query url.Values) {
	mutex.RLock()
	o := buckets[bucket][key]
	mutex.RUnlock()
	if o == nil {
		fail(w, 404, "NoSuchKey")
		return
	}
	if query.Has("tagging") {
		answer(w, o.tags)
		return
	}
	if match := r.Header.Get("If-Match"); match != "" && match != o.etag {
		fail(w, 412, "PreconditionFailed")
		return
	}
	h := w.Header()
	h.Set("ETag", o.etag)
	h.Set("Last-Modified", httpModified)
	h.Set("Accept-Ranges", "bytes")
	from, end, status := int64(0), o.size, 200
	if text := strings.TrimPrefix(r.Header.Get("Range"), "bytes="); text != "" {
		a, b, _ := strings.Cut(text, "-")
		from, _ = strconv.ParseInt(a, 10, 64)
		if b != "" {
			last, _ := strconv.ParseInt(b, 10, 64)
			if last+1 < end {
				end = last + 1
			}
		}
		status = 206
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, end-1, o.size))
	} else if o.crc != "" && r.Header.Get("X-Amz-Checksum-Mode") != "" {
		h.Set("X-Amz-Checksum-Crc32", o.crc)
		h.Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	}
	h.Set("Content-Length", strconv.FormatInt(end-from, 10))
	w.WriteHeader(status)
	if r.Method == "HEAD" {
		return
	}
	mutex.Lock()
	gets++
	read += end - from
	mutex.Unlock()
	at := int64(0)
	for _, piece := range o.pieces {
		a, b := from-at, end-at
		if a < 0 {
			a = 0
		}
		if b > int64(len(piece)) {
			b = int64(len(piece))
		}
		if a < b {
			w.Write(piece[a:b])
		}
		at += int64(len(piece))
	}
}

func body(r *http.Request) []byte {
	if r.ContentLength >= 0 && r.Header.Get("X-Amz-Decoded-Content-Length") == "" {
		bytes := make([]byte, r.ContentLength)
		if _, err := io.ReadFull(r.Body, bytes); err != nil {
			return nil
		}
		return bytes
	}
	bytes, _ := io.ReadAll(r.Body)
	if r.Header.Get("X-Amz-Decoded-Content-Length") == "" {
		return bytes
	}
	// aws-chunked: SIZE[;signature]\r\n BYTES \r\n … 0\r\n trailers
	plain := bytes[:0:0]
	for {
		line, after, ok := strings.Cut(string(bytes[:min(len(bytes), 200)]), "\r\n")
		_ = after
		if !ok {
			return plain
		}
		hexSize, _, _ := strings.Cut(line, ";")
		size, err := strconv.ParseInt(hexSize, 16, 64)
		if err != nil || size == 0 {
			return plain
		}
		start := int64(len(line) + 2)
		plain = append(plain, bytes[start:start+size]...)
		bytes = bytes[start+size+2:]
	}
}

func store(w http.ResponseWriter, r *http.Request, bucket, key string, query url.Values) {
	if id := query.Get("uploadId"); id != "" {
		mutex.RLock()
		up := uploads[id]
		mutex.RUnlock()
		if up == nil {
			fail(w, 404, "NoSuchUpload")
			return
		}
		number, _ := strconv.Atoi(query.Get("partNumber"))
		pieces, size := received(r)
		up.Lock()
		up.parts[number] = pieces
		up.sizes[number] = size
		up.Unlock()
		w.Header().Set("ETag", fmt.Sprintf("\"%032x\"", number))
		w.WriteHeader(200)
		return
	}
	if query.Has("tagging") {
		text := string(body(r))
		mutex.Lock()
		defer mutex.Unlock()
		if o := buckets[bucket][key]; o != nil {
			o.tags = text
		}
		w.WriteHeader(200)
		return
	}
	pieces, size := received(r)
	if key == "" {
		w.WriteHeader(200)
		return
	}
	mutex.Lock()
	defer mutex.Unlock()
	if r.Header.Get("If-None-Match") == "*" && buckets[bucket][key] != nil {
		fail(w, 412, "PreconditionFailed")
		return
	}
	serial++
	o := &object{pieces: pieces, size: size, etag: fmt.Sprintf("\"%032x\"", serial)}
	put(bucket, key, o)
	w.Header().Set("ETag", o.etag)
	w.WriteHeader(200)
}

type deletion struct {
	Object []struct{ Key, ETag string }
	Quiet  bool
}

func post(w http.ResponseWriter, r *http.Request, bucket, key string, query url.Values) {
	if query.Has("uploads") {
		io.Copy(io.Discard, r.Body)
		mutex.Lock()
		serial++
		id := fmt.Sprintf("u%d", serial)
		uploads[id] = &upload{parts: map[int][][]byte{}, sizes: map[int]int64{}}
		mutex.Unlock()
		answer(w, "<InitiateMultipartUploadResult><Bucket>"+bucket+"</Bucket><Key>k</Key><UploadId>"+id+"</UploadId></InitiateMultipartUploadResult>")
		return
	}
	text, _ := io.ReadAll(r.Body)
	if query.Has("delete") {
		var asked deletion
		xml.Unmarshal(text, &asked)
		var out strings.Builder
		out.WriteString("<DeleteResult>")
		mutex.Lock()
		for _, each := range asked.Object {
			o := buckets[bucket][each.Key]
			if o != nil && each.ETag != "" && each.ETag != o.etag {
				out.WriteString("<Error><Key>")
				xml.EscapeText(&out, []byte(each.Key))
				out.WriteString("</Key><Code>PreconditionFailed</Code><Message>m</Message></Error>")
				continue
			}
			delete(buckets[bucket], each.Key)
			if !asked.Quiet {
				out.WriteString("<Deleted><Key>")
				xml.EscapeText(&out, []byte(each.Key))
				out.WriteString("</Key></Deleted>")
			}
		}
		delete(sorted, bucket)
		mutex.Unlock()
		out.WriteString("</DeleteResult>")
		answer(w, out.String())
		return
	}
	id := query.Get("uploadId")
	mutex.Lock()
	defer mutex.Unlock()
	up := uploads[id]
	if up == nil {
		fail(w, 404, "NoSuchUpload")
		return
	}
	if r.Header.Get("If-None-Match") == "*" && buckets[bucket][key] != nil {
		fail(w, 412, "PreconditionFailed")
		return
	}
	delete(uploads, id)
	numbers := []int{}
	for number := range up.sizes {
		numbers = append(numbers, number)
	}
	sort.Ints(numbers)
	o := &object{crc: r.Header.Get("X-Amz-Checksum-Crc32"), etag: fmt.Sprintf("\"%032x-%d\"", serial, len(numbers))}
	for _, number := range numbers {
		o.pieces = append(o.pieces, up.parts[number]...)
		o.size += up.sizes[number]
	}
	put(bucket, key, o)
	answer(w, "<CompleteMultipartUploadResult><ETag>"+o.etag+"</ETag></CompleteMultipartUploadResult>")
}

func first(query url.Values, names ...string) string {
	for _, name := range names {
		if text := query.Get(name); text != "" {
			return text
		}
	}
	return ""
}

// How a key is written into a page; most are as they are.
func written(key string, isEncoded bool) string {
	for i := 0; i < len(key); i++ {
		c := key[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '/' || c == '-' || c == '_' || c == '.' {
			continue
		}
		if isEncoded {
			return strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
		}
		var escaped strings.Builder
		xml.EscapeText(&escaped, []byte(key))
		return escaped.String()
	}
	return key
}

func list(w http.ResponseWriter, bucket string, query url.Values) {
	if query.Has("location") {
		answer(w, "<LocationConstraint></LocationConstraint>")
		return
	}
	prefix, delimiter := query.Get("prefix"), query.Get("delimiter")
	after := first(query, "continuation-token", "start-after", "key-marker", "marker")
	most := 1000
	if text := query.Get("max-keys"); text != "" {
		most, _ = strconv.Atoi(text)
	}
	keys := keysOf(bucket)
	start := sort.Search(len(keys), func(i int) bool { return keys[i].key >= prefix })
	if after > prefix {
		start = sort.Search(len(keys), func(i int) bool { return keys[i].key > after })
	}
	versions := query.Has("versions")
	isEncoded := query.Get("encoding-type") == "url"
	out := make([]byte, 0, 360*most+1024)
	count, last, truncated, common := 0, "", false, ""
	for _, each := range keys[start:] {
		key, o := each.key, each.o
		if !strings.HasPrefix(key, prefix) {
			break
		}
		if count == most {
			truncated = true
			break
		}
		last = key
		if delimiter != "" {
			if cut := strings.Index(key[len(prefix):], delimiter); cut >= 0 {
				folder := key[:len(prefix)+cut+1]
				if folder != common {
					common = folder
					out = append(out, "<CommonPrefixes><Prefix>"+url.PathEscape(folder)+"</Prefix></CommonPrefixes>"...)
					count++
				}
				continue
			}
		}
		count++
		if versions {
			out = append(out, "<Version><Key>"...)
		} else {
			out = append(out, "<Contents><Key>"...)
		}
		out = append(out, written(key, isEncoded)...)
		out = append(out, "</Key>"...)
		if versions {
			out = append(out, "<VersionId>null</VersionId><IsLatest>true</IsLatest>"...)
		}
		out = append(out, "<LastModified>"...)
		out = append(out, modified...)
		out = append(out, "</LastModified><ETag>&quot;"...)
		out = append(out, o.etag[1:len(o.etag)-1]...)
		out = append(out, "&quot;</ETag>"...)
		if o.crc != "" {
			out = append(out, "<ChecksumAlgorithm>CRC32</ChecksumAlgorithm>"...)
		}
		out = append(out, "<Size>"...)
		out = strconv.AppendInt(out, o.size, 10)
		if versions {
			out = append(out, "</Size><StorageClass>STANDARD</StorageClass></Version>"...)
		} else {
			out = append(out, "</Size><StorageClass>STANDARD</StorageClass></Contents>"...)
		}
	}
	root := "ListBucketResult"
	if versions {
		root = "ListVersionsResult"
	}
	more := ""
	if truncated {
		more = "<NextContinuationToken>" + url.QueryEscape(last) + "</NextContinuationToken><NextKeyMarker>" + url.QueryEscape(last) + "</NextKeyMarker><NextMarker>" + url.QueryEscape(last) + "</NextMarker>"
		if !versions {
			var escaped strings.Builder
			xml.EscapeText(&escaped, []byte(last))
			more = "<NextContinuationToken>" + escaped.String() + "</NextContinuationToken>"
		}
	}
	encoding := ""
	if query.Get("encoding-type") == "url" {
		encoding = "<EncodingType>url</EncodingType>"
	}
	head := fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?><%s><Name>%s</Name><Prefix>%s</Prefix><KeyCount>%d</KeyCount><MaxKeys>%d</MaxKeys>%s<IsTruncated>%t</IsTruncated>%s", root, bucket, url.PathEscape(prefix), count, most, encoding, truncated, more)
	tail := "</" + root + ">"
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(head)+len(out)+len(tail)))
	io.WriteString(w, head)
	w.Write(out)
	io.WriteString(w, tail)
}

func main() {
	objects := flag.Int("objects", 0, "objects of the bucket live")
	size := flag.Int("size", 0, "bytes of each")
	prefix := flag.String("prefix", "", "of their keys")
	kind := flag.String("kind", "tiff", "tiff: 16-bit noise of 12 bits; random")
	withCrc := flag.Bool("crc32", true, "whether objects have a CRC-32")
	flag.Parse()
	random := rand.New(rand.NewSource(1))
	bodies := make([]*object, 32)
	for i := range bodies {
		bytes := make([]byte, *size)
		random.Read(bytes)
		if *kind == "tiff" {
			for at := 0; at+1 < len(bytes); at += 2 {
				binary.LittleEndian.PutUint16(bytes[at:], binary.LittleEndian.Uint16(bytes[at:])&0x01ff+300)
			}
		}
		sum := md5.Sum(bytes)
		crc := make([]byte, 4)
		binary.BigEndian.PutUint32(crc, crc32.ChecksumIEEE(bytes))
		bodies[i] = &object{pieces: [][]byte{bytes}, size: int64(*size), etag: "\"" + hex.EncodeToString(sum[:]) + "\""}
		if *withCrc {
			bodies[i].crc = base64.StdEncoding.EncodeToString(crc)
		}
	}
	rememberBlocks(bodies)
	buckets["live"] = map[string]*object{}
	for i := 0; i < *objects; i++ {
		buckets["live"][fmt.Sprintf("%sr%02dc%02df%05d-ch1sk1fk1fl1.tiff", *prefix, i%16, i/16%24, i)] = bodies[i%len(bodies)]
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/", serve)
	mux := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/-/counts" {
			mutex.Lock()
			text := fmt.Sprintf("{\"gets\":%d,\"read\":%d}", gets, read)
			gets, read = 0, 0
			mutex.Unlock()
			io.WriteString(w, text)
			return
		}
		if r.URL.Path == "/-/forget" {
			mutex.Lock()
			delete(buckets, "cold")
			delete(buckets, "out")
			delete(sorted, "cold")
			delete(sorted, "out")
			mutex.Unlock()
			return
		}
		if r.URL.Path == "/-/refill" {
			mutex.Lock()
			for i := 0; i < *objects; i++ {
				buckets["live"][fmt.Sprintf("%sr%02dc%02df%05d-ch1sk1fk1fl1.tiff", *prefix, i%16, i/16%24, i)] = bodies[i%len(bodies)]
			}
			delete(sorted, "live")
			mutex.Unlock()
			keysOf("live")
			return
		}
		serve(w, r)
	})
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	// Whoever started us ends us by closing our input.
	go func() { io.Copy(io.Discard, os.Stdin); os.Exit(0) }()
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	server.Serve(listener)
}
