package story

import (
	"math"
	"math/bits"
	"time"

	"trucewatch/monitor/text"
)

// The features a pair of items is scored by. Their names are what `why` and the weights
// file call them.
const (
	fBias = iota
	fDays
	fHours
	fTitleCos
	fTitleContain
	fMainCos
	fRarest
	fAnyCos
	fAnyContain
	fAnyRarest
	fGrams
	fActorTitle
	fActorAny
	fFirstSame
	fFirstDiffers
	fSidesDiffer
	fSpeakerSame
	fSpeakerDiffers
	fActTitle
	fActMain
	fActMainApart
	fActAny
	fMechTitle
	fMechAny
	fMechApart
	fIssueTitle
	fIssueAny
	fPlaceTitle
	fPlaceAny
	fPlaceApart
	fNumberTitle
	fNumberAny
	fNumberApart
	fName
	fConceptTitle
	fConceptAny
	fConceptRarest
	fLive
	fExplainer
	fBothExplain
	fRoundup
	fShort
	fSameDayContain
	fFailure
	fLivePage
	fLean
	fReversed
	fVetoNumbers
	fVetoNegation
	fVetoPolarity
	fVetoActors
	fVetoOccasion
	fDenial
	fLedeSame
	fLedeRarest
	fTold
	fFirstCos
	fLedeName
	fContextOnly
	fTitleCover
	fFirstAbsent
	fOneSpeaks
	fCoverNear
	fMainCover
	fConceptCover
	fAnyCover
	fAnyCoverNear
	fSaysElse
	fArrangedApart
	features
)

var featureNames = [features]string{"bias", "days apart", "within hours", "shared title words", "title contained in title", "same main clause",
	"rarest shared title word", "shared words", "text contained in text", "rarest shared word", "similar spelling", "same actors in title",
	"same actors", "same first actor", "another first actor", "first actors of two sides", "same speaker", "another speaker", "same acts in title",
	"same act", "another act", "same acts anywhere", "same mechanism in title", "same mechanism", "another mechanism", "same issue in title",
	"same issue", "same place in title", "same place", "another place", "same number in title", "same number", "other numbers", "same names",
	"same subject in title", "same subject", "rarest shared subject", "a live page", "an explainer", "two explainers", "a round-up",
	"short titles", "contained and same day", "one tells a failure", "a live page without an event", "words of judgement", "actors the other way round", "veto: numbers", "veto: negation", "veto: polarity", "veto: actors", "veto: occasion",
	"one tells a denial", "same summary", "rarest shared summary word", "titles told in the other's summary", "same first sentence", "same names in summaries",
	"shared words stand aside", "titles cover each other", "first actor absent from the other", "only one quotes", "titles cover each other, near in time", "main clauses cover each other", "subjects cover each other", "texts cover each other", "texts cover each other, near in time", "same speaker on another matter", "arrangements of two kinds"}

type vector [features]float64

// scope names the weights a pair is scored by.
type scope int

const (
	scopeTitles  scope = iota // at least one has nothing but a title
	scopeTexts                // both have text
	scopeTongues              // two languages
	scopes
)

var scopeNames = [scopes]string{"titles", "texts", "languages"}

func scopeOf(a, b *sketch) scope {
	switch {
	case a.lang != b.lang:
		return scopeTongues
	case a.hasLede && b.hasLede:
		return scopeTexts
	}
	return scopeTitles
}

func ratio(x, y float64) float64 {
	if y <= 0 {
		return 0
	}
	return x / y
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// compare computes the features of two items published apart from each other.
func compare(a, b *sketch, apart time.Duration, f *vector) {
	var room [maxTerms]shared
	compareBy(a, b, sharedTerms(a.terms, b.terms, room[:0]), apart, f)
}

// compareBy is compare with the terms that both items have, in the order of ids.
func compareBy(a, b *sketch, both []shared, apart time.Duration, f *vector) {
	var (
		title, all      [classes]float64 // shared weight
		titleSq, allSq  [classes]float64
		mainSq          [classes]float64
		ledeSq, firstSq float64    // of words: in both summaries, in both their first sentences
		nameSq          float64    // of names in both summaries
		inOther         [2]float64 // of a's and b's title words, those in the other's summary
		rarest          [4]float64 // title word, any word, concept, summary word
		mainActsShared  int
		titleWords      int     // in both titles
		mainSum         float64 // of words in both main clauses
	)
	for _, at := range both {
		x, y := &a.terms[at.a], &b.terms[at.b]
		c := classOf(x.id)
		w := float64(min(x.weight, y.weight)) / 16
		all[c] += w
		allSq[c] += w * w
		inTitles := x.fields&inTitle != 0 && y.fields&inTitle != 0
		if inTitles {
			title[c] += w
			titleSq[c] += w * w
			if c == classWord {
				titleWords++
			}
		}
		if x.fields&inMain != 0 && y.fields&inMain != 0 {
			mainSq[c] += w * w
			if c == classWord {
				mainSum += w
			}
			if c == classAct {
				mainActsShared++
			}
		}
		if c == classWord {
			if x.fields&y.fields&inLede != 0 {
				ledeSq += w * w
				rarest[3] = max(rarest[3], w)
			}
			if x.fields&y.fields&inFirst != 0 {
				firstSq += w * w
			}
			if x.fields&inTitle != 0 && y.fields&inLede != 0 {
				inOther[0] += w
			}
			if y.fields&inTitle != 0 && x.fields&inLede != 0 {
				inOther[1] += w
			}
		}
		if c == className && x.fields&y.fields&inLede != 0 {
			nameSq += w * w
		}
		switch {
		case c == classWord:
			rarest[1] = max(rarest[1], w)
			if inTitles {
				rarest[0] = max(rarest[0], w)
			}
		case c != className:
			rarest[2] = max(rarest[2], w)
		}
	}
	days := math.Abs(apart.Hours()) / 24
	cosTitle := func(c class) float64 {
		if titleSq[c] == 0 {
			return 0 // most: no root is drawn
		}
		return ratio(titleSq[c], math.Sqrt(a.sq[c][1]*b.sq[c][1]))
	}
	cosAny := func(c class) float64 {
		if allSq[c] == 0 {
			return 0
		}
		return ratio(allSq[c], math.Sqrt(a.sq[c][2]*b.sq[c][2]))
	}
	apartIn := func(c class) float64 { return flag(all[c] == 0 && a.sum[c][1] > 0 && b.sum[c][1] > 0) }
	*f = vector{}
	f[fBias] = 1
	f[fDays] = min(max(0, days-.5), 5)
	near := math.Exp(-days)
	f[fHours] = near * near * near * near
	f[fTitleCos] = cosTitle(classWord)
	f[fTitleContain] = ratio(title[classWord], min(a.sum[classWord][0], b.sum[classWord][0]))
	f[fMainCos] = ratio(mainSq[classWord], math.Sqrt(a.sq[classWord][0]*b.sq[classWord][0]))
	f[fRarest] = rarest[0] / 8
	f[fAnyCos] = cosAny(classWord)
	f[fAnyContain] = ratio(all[classWord], min(a.sum[classWord][1], b.sum[classWord][1]))
	f[fAnyRarest] = rarest[1] / 8
	if a.lang == b.lang {
		n := 0
		for k := range a.grams {
			n += bits.OnesCount64(a.grams[k] & b.grams[k])
		}
		if m := math.Sqrt(float64(a.gramsSet) * float64(b.gramsSet)); m > 0 {
			f[fGrams] = float64(n) / m
		}
	}
	f[fActorTitle] = cosTitle(classActor)
	f[fActorAny] = cosAny(classActor)
	if a.first != 0 && b.first != 0 {
		f[fFirstSame] = flag(a.first == b.first)
		f[fFirstDiffers] = flag(a.first != b.first)
		f[fSidesDiffer] = flag(a.side != b.side)
	}
	if a.speaker != 0 && b.speaker != 0 {
		f[fSpeakerSame] = flag(a.speaker == b.speaker)
		f[fSpeakerDiffers] = flag(a.speaker != b.speaker)
		matter := all[classMechanism] + all[classIssue] + all[classPlace] + all[classNumber]
		f[fSaysElse] = flag(a.speaker == b.speaker && titleWords <= 1 && matter == 0) // one word is his name
	}
	f[fActTitle] = cosTitle(classAct)
	f[fActMain] = flag(mainActsShared > 0)
	f[fActMainApart] = flag(mainActsShared == 0 && a.mainActs > 0 && b.mainActs > 0)
	f[fActAny] = cosAny(classAct)
	f[fMechTitle] = cosTitle(classMechanism)
	f[fMechAny] = cosAny(classMechanism)
	f[fMechApart] = apartIn(classMechanism)
	f[fIssueTitle] = cosTitle(classIssue)
	f[fIssueAny] = cosAny(classIssue)
	f[fPlaceTitle] = cosTitle(classPlace)
	f[fPlaceAny] = cosAny(classPlace)
	f[fPlaceApart] = apartIn(classPlace)
	f[fNumberTitle] = cosTitle(classNumber)
	f[fNumberAny] = cosAny(classNumber)
	f[fNumberApart] = apartIn(classNumber)
	f[fName] = cosAny(className)
	var ts, tas, tbs, as, aas, abs float64
	for c := classActor; c <= classNumber; c++ {
		ts += titleSq[c]
		tas += a.sq[c][1]
		tbs += b.sq[c][1]
		as += allSq[c]
		aas += a.sq[c][2]
		abs += b.sq[c][2]
	}
	f[fConceptTitle] = ratio(ts, math.Sqrt(tas*tbs))
	f[fConceptAny] = ratio(as, math.Sqrt(aas*abs))
	f[fConceptRarest] = rarest[2] / 8
	f[fLive] = flag(a.kind == kindLive) + flag(b.kind == kindLive)
	f[fExplainer] = flag((a.kind == kindExplainer) != (b.kind == kindExplainer))
	f[fBothExplain] = flag(a.kind == kindExplainer && b.kind == kindExplainer)
	f[fRoundup] = flag(a.kind == kindRoundup || b.kind == kindRoundup)
	f[fShort] = flag(min(a.sum[classWord][0], b.sum[classWord][0]) < 20)
	f[fSameDayContain] = flag(days <= .5) * f[fTitleContain]
	against := text.Disagree(&a.says, &b.says)
	f[fVetoNumbers] = flag(against.Numbers)
	f[fVetoNegation] = flag(against.Negation)
	f[fVetoPolarity] = flag(against.Polarity)
	f[fVetoActors] = flag(against.Actors)
	f[fVetoOccasion] = flag(against.Occasion)
	if a.hasLede && b.hasLede {
		f[fLedeSame] = max(0, 2*ratio(ledeSq, math.Sqrt(a.lede.all*b.lede.all))-1)
		f[fLedeRarest] = rarest[3] / 8
		f[fTold] = (ratio(inOther[0], a.sum[classWord][0]) + ratio(inOther[1], b.sum[classWord][0])) / 2
		f[fFirstCos] = ratio(firstSq, math.Sqrt(a.lede.first*b.lede.first))
		f[fLedeName] = ratio(nameSq, math.Sqrt(a.lede.names*b.lede.names))
	}
	f[fContextOnly] = ratio(title[classWord]-mainSum, title[classWord])
	f[fTitleCover] = ratio(title[classWord], max(a.sum[classWord][0], b.sum[classWord][0]))
	f[fFirstAbsent] = flag(a.first != 0 && !b.inTitle(a.first)) + flag(b.first != 0 && !a.inTitle(b.first))
	f[fOneSpeaks] = flag((a.speaker != 0) != (b.speaker != 0))
	f[fCoverNear] = near * f[fTitleCover]
	f[fMainCover] = ratio(mainSum, max(a.mainWords, b.mainWords))
	var tc, ta, tb float64
	for c := classActor; c <= classNumber; c++ {
		tc, ta, tb = tc+title[c], ta+a.sum[c][0], tb+b.sum[c][0]
	}
	f[fConceptCover] = near * ratio(tc, max(ta, tb))
	f[fAnyCover] = ratio(all[classWord], max(a.sum[classWord][1], b.sum[classWord][1]))
	f[fAnyCoverNear] = near * f[fAnyCover]
	f[fArrangedApart] = flag(a.arranged[0] != 0 && b.arranged[0] != 0 && a.arranged[0]&b.arranged[1] == 0 && b.arranged[0]&a.arranged[1] == 0)
	f[fFailure] = flag(a.fails != b.fails)
	f[fDenial] = flag(a.denies != b.denies)
	f[fLivePage] = flag(a.kind == kindLivePage || b.kind == kindLivePage)
	f[fLean] = flag(a.lean) + flag(b.lean)
	f[fReversed] = flag(a.second != 0 && a.first == b.second && a.second == b.first && a.inTitle(actAccuse) && b.inTitle(actAccuse))
}

func sideOf(id uint32) string {
	if i, ok := lex.byID[id]; ok {
		return lex.concepts[i].side
	}
	return ""
}

var actAccuse, actFailure, actDeny = termID(classAct, "v:accuse"), termID(classAct, "v:nobreakthrough"), termID(classAct, "v:deny")

func (s *sketch) inTitle(id uint32) bool {
	lo, hi := 0, len(s.terms)
	for lo < hi {
		m := (lo + hi) / 2
		if s.terms[m].id < id {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo < len(s.terms) && s.terms[lo].id == id && s.terms[lo].fields&inTitle != 0
}
