package tag

import (
	"strings"
	"testing"
)

// benchText is an article about the war and the talks, in the mix of words a
// real one has; sentences of our own.
const benchText = `Officials from three countries met for a second day on Tuesday to look for a way out of the war. The delegations sat at separate tables in the morning and at one in the afternoon, a person who was in the room said, and neither side would say afterwards how far they had come. In the east, artillery fire was heard along most of the line through the night, and two people were killed when a house was hit in a village near the river. The mayor said the school would stay closed until the windows had been replaced. Prices at the market rose again this week, and the queue for bread was longer than it had been in spring. A spokesman for the ministry told reporters that the list of prisoners had been handed over and that an exchange could follow within days. Asked about a ceasefire, he said that guarantees had to come first. Analysts doubt that either capital is ready to give up territory, although a draft of a plan has been passed around for weeks. Farmers complain that the harvest cannot leave the ports. The central bank kept its rate unchanged, citing inflation and the cost of repairs to the power grid. The football federation, meanwhile, moved its cup final to another city, and the opera will open its season a month late. Volunteers collect blankets, torches and medicine in a former cinema on the main square. `

const benchCyrillic = `Делегации трёх стран второй день искали выход из войны. Утром стороны сидели за разными столами, после обеда за одним, рассказал участник встречи, и никто не сказал, насколько они продвинулись. На востоке ночью почти вдоль всей линии была слышна артиллерия, в селе у реки погибли два человека. Мэр сообщил, что школа будет закрыта, пока не вставят окна. Цены на рынке на этой неделе снова выросли. Представитель министерства сказал журналистам, что список пленных передан и обмен возможен в ближайшие дни. На вопрос о прекращении огня он ответил, что сначала нужны гарантии. Аналитики сомневаются, что хоть одна из столиц готова отдать территории. Аграрии жалуются, что урожай не может выйти из портов. Центральный банк оставил ставку без изменений. Волонтёры собирают одеяла и лекарства в бывшем кинотеатре на площади. `

func builtinRules(tb testing.TB) *Rules {
	tb.Helper()
	p, err := Builtin("russia-ukraine")
	if err != nil {
		tb.Fatal(err)
	}
	r, err := Compile(p)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func BenchmarkTagArticleEnglish(b *testing.B)  { benchArticle(b, benchText, "en") }
func BenchmarkTagArticleCyrillic(b *testing.B) { benchArticle(b, benchCyrillic, "ru") }

func benchArticle(b *testing.B, text, lang string) {
	r := builtinRules(b)
	in := Input{Title: "Delegations meet for a second day", Lede: text[:200], Body: strings.Repeat(text, 8), Lang: lang}
	b.SetBytes(int64(len(in.Title) + len(in.Lede) + len(in.Body)))
	b.ReportAllocs()
	for b.Loop() {
		r.Tag(in)
	}
}

func BenchmarkTagShortItem(b *testing.B) {
	r := builtinRules(b)
	in := Input{Title: "Kyiv and Moscow agree to exchange 1,000 prisoners each after Istanbul round", Lede: "Both delegation heads announced the deal; a ceasefire was not agreed.", Lang: "en"}
	b.ReportAllocs()
	for b.Loop() {
		r.Tag(in)
	}
}

func BenchmarkTagUnrelatedItem(b *testing.B) {
	r := builtinRules(b)
	in := Input{Title: "Council approves new tram line along the river", Lede: "The first stops are to open in two years, the mayor said on Friday.", Lang: "en"}
	b.ReportAllocs()
	for b.Loop() {
		r.Tag(in)
	}
}

func BenchmarkCompile(b *testing.B) {
	p, err := Builtin("russia-ukraine")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Compile(p); err != nil {
			b.Fatal(err)
		}
	}
}
