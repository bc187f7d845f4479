// Checks what a Tracedesk ledger publishes, with the code that Go verifies its own module log by (golang.org/x/mod/sumdb).
//
//	go run . https://desk.example vkey.txt      (a token that may read the whole log in TRACEDESK_TOKEN)
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // C2SP tlog-tiles: 256 hashes a tile

var desk, token = "", os.Getenv("TRACEDESK_TOKEN")

func main() {
	desk = strings.TrimRight(os.Args[1], "/")
	vkey, err := os.ReadFile(os.Args[2])
	must(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	must(err)

	tree, origin := open(get("/api/ledger.checkpoint"), verifier)
	fmt.Printf("checkpoint: %d entries, signed by %s\n", tree.N, verifier.Name())

	// Every tile on the way is verified against the root before a hash of it is used.
	prefix := origin[strings.Index(origin, "/log/"):]
	reader := tlog.TileHashReader(tree, &tiles{prefix})
	root, err := tlog.TreeHash(tree.N, reader)
	must(err)
	expect(root == tree.Hash, "the tiles do not give the signed root")

	var stored []tlog.Hash
	for first := int64(0); first < tree.N; first += 1 << height {
		for i, leaf := range entries(prefix, first, min(1<<height, tree.N-first)) {
			hashes, err := tlog.StoredHashes(first+int64(i), leaf, hashes(stored))
			must(err)
			stored = append(stored, hashes...)
		}
	}
	root, err = tlog.TreeHash(tree.N, hashes(stored))
	must(err)
	expect(root == tree.Hash, "the entries do not give the signed root")
	fmt.Printf("tiles and entries: both give the signed root\n")

	proofs := 0
	for at := int64(0); at < tree.N; at += 1 + tree.N/50 {
		file := string(get("/api/ledger.inclusion?position=" + strconv.FormatInt(at, 10)))
		head, checkpoint, _ := strings.Cut(file, "\n\n")
		lines := strings.Split(head, "\n")
		expect(lines[0] == "c2sp.org/tlog-proof@v1" && lines[1] == fmt.Sprintf("index %d", at), "no proof of "+lines[1])
		then, _ := open([]byte(checkpoint), verifier)
		leaf := get("/api/ledger.leaf?position=" + strconv.FormatInt(at, 10))
		must(tlog.CheckRecord(path(lines[2:]), then.N, then.Hash, at, tlog.RecordHash(leaf)))
		expect(tlog.CheckRecord(path(lines[2:]), then.N, then.Hash, at, tlog.RecordHash(append(leaf, ' '))) != nil, "another leaf passes")
		proofs++
	}
	fmt.Printf("proof files: %d accepted, and refused for another leaf\n", proofs)

	growths := 0
	for from := int64(1); from < tree.N; from += 1 + tree.N/50 {
		before, err := tlog.TreeHash(from, hashes(stored))
		must(err)
		text := strings.TrimSpace(string(get(fmt.Sprintf("/api/ledger.consistency?from=%d&to=%d", from, tree.N))))
		proof := path(strings.Split(text, "\n"))
		must(tlog.CheckTree(proof, tree.N, tree.Hash, from, before))
		expect(tlog.CheckTree(proof, tree.N, tree.Hash, from, tlog.RecordHash(nil)) != nil, "another tree passes")
		growths++
	}
	fmt.Printf("consistency proofs: %d accepted, and refused for another tree\n", growths)
}

func open(signed []byte, verifier note.Verifier) (tlog.Tree, string) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	expect(lines[0] == verifier.Name(), "the checkpoint is of another log: "+lines[0])
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}, lines[0]
}

// hashes reads out of hashes in storage order.
type hashes []tlog.Hash

func (stored hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = stored[index]
	}
	return found, nil
}

type tiles struct{ prefix string }

func (*tiles) Height() int                     { return height }
func (*tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for i, tile := range wanted {
		// x/mod says tile/8/0/001, C2SP leaves the height out.
		found[i] = get(t.prefix + "/tile/" + strings.TrimPrefix(tile.Path(), "tile/8/"))
	}
	return found, nil
}

func entries(prefix string, first, width int64) [][]byte {
	tile := tlog.Tile{H: height, L: 0, N: first >> height, W: int(width)}
	rest := get(prefix + "/tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/0/"))
	var found [][]byte
	for len(rest) > 0 {
		length := int(binary.BigEndian.Uint16(rest))
		found, rest = append(found, rest[2:2+length]), rest[2+length:]
	}
	expect(int64(len(found)) == width, "a tile of entries with another number of them")
	return found
}

func path(lines []string) []tlog.Hash {
	var hashes []tlog.Hash
	for _, line := range lines {
		if line == "" {
			continue
		}
		bytes, err := base64.StdEncoding.DecodeString(line)
		must(err)
		var hash tlog.Hash
		expect(copy(hash[:], bytes) == len(hash), "no hash: "+line)
		hashes = append(hashes, hash)
	}
	return hashes
}

func get(path string) []byte {
	request, err := http.NewRequest("GET", desk+path, nil)
	must(err)
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(err)
	expect(answer.StatusCode == 200, fmt.Sprintf("%s: %s %s", path, answer.Status, bytes.TrimSpace(body)))
	return body
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func must(err error) {
	if err != nil {
		expect(false, err.Error())
	}
}

func expect(good bool, what string) {
	if !good {
		fmt.Fprintln(os.Stderr, "FAILED: "+what)
		os.Exit(1)
	}
}
