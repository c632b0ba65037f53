// A webhook of Rivya's for net/http, Go 1.22 or newer. Register it in your server:
//
//	http.HandleFunc("POST /webhooks/rivya", HandleRivyaWebhook)
//
// Set RIVYA_WEBHOOK_SECRET to the signing secret of the webhook ("whsec_…").
//
// Rivya has not documented its signature headers yet. This follows Standard Webhooks (https://www.standardwebhooks.com),
// as the Rivya sandbox does. If the live service differs, change the three header names below and signatureOf.
package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	idHeader        = "webhook-id"
	timestampHeader = "webhook-timestamp"
	signatureHeader = "webhook-signature"
	tolerance       = 5 * time.Minute
	maximumBytes    = 1 << 20
)

// Rivya may deliver an event more than once. Keep the ids in your database instead: memory is lost on a restart.
// False while the work is under way, true when it is done.
var handled sync.Map

type rivyaEvent struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

func HandleRivyaWebhook(w http.ResponseWriter, r *http.Request) {
	// The signature covers the raw body.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumBytes))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			http.Error(w, "The body is too large.", http.StatusRequestEntityTooLarge)
			return
		}
		http.Error(w, "The body could not be read.", http.StatusBadRequest)
		return
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("RIVYA_WEBHOOK_SECRET"), "whsec_"))
	// Anyone can sign with an empty key.
	if err != nil || len(key) < 16 {
		http.Error(w, "RIVYA_WEBHOOK_SECRET is not a signing secret.", http.StatusInternalServerError)
		return
	}
	id := r.Header.Get(idHeader)
	if !isGenuine(key, id, r.Header.Get(timestampHeader), r.Header.Get(signatureHeader), body) {
		http.Error(w, "The signature is not valid.", http.StatusUnauthorized)
		return
	}
	var event rivyaEvent
	if err := json.Unmarshal(body, &event); err != nil {
		http.Error(w, "The body is not JSON.", http.StatusBadRequest)
		return
	}
	if done, seen := handled.LoadOrStore(id, false); seen {
		if done == true {
			io.WriteString(w, "Already handled.")
			return
		}
		// Not 200: if the work fails, the event has to come again.
		http.Error(w, "It is being handled.", http.StatusConflict)
		return
	}
	finished := false
	defer func() {
		// After a panic, too.
		if !finished {
			handled.Delete(id)
		}
	}()
	if err := handleRivyaEvent(event); err != nil {
		http.Error(w, "The event could not be handled.", http.StatusInternalServerError)
		return
	}
	handled.Store(id, true)
	finished = true
	io.WriteString(w, "Handled.")
}

// What it returns as an error is delivered again. Do long work after you have answered.
func handleRivyaEvent(event rivyaEvent) error {
	switch event.Type {
	case "generation.succeeded":
		// event.Data is the generation, with its result URLs. Download them soon.
	case "generation.failed":
		// event.Data is the generation, with its error.
	}
	return nil
}

func isGenuine(key []byte, id, timestamp, signatures string, body []byte) bool {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	// A full stop in the id would move the border between the parts that are signed.
	if err != nil || id == "" || strings.Contains(id, ".") || time.Since(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	expected := signatureOf(key, id, timestamp, body)
	// There may be several, for example while a secret is being rotated.
	for _, entry := range strings.Fields(signatures) {
		version, signature, _ := strings.Cut(entry, ",")
		given, err := base64.StdEncoding.DecodeString(signature)
		if err == nil && version == "v1" && hmac.Equal(given, expected) {
			return true
		}
	}
	return false
}

func signatureOf(key []byte, id, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}
