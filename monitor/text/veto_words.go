package text

// The words behind Features, one table a language. A line is a class, a colon
// and its words: `*` ends a stem, `_` joins words that follow each other. Classes:
//
//	not         a negation; not2 are words that only accompany one (ne … pas)
//	+AXIS -AXIS the two poles of an act, see axes
//	N=          a number or ordinal in words; xN= multiplies the number before it
//	says        verbs of speech, so that "…, says X" puts X first
//	act         words of talks and of war, so that a short text says something
//	@OCCASION   a named day, see occasions
//
// Words are compared in normal form. Where a word is read two ways the commoner
// reading in headlines counts. Order matters nowhere here; it does in axes,
// occasions and actors, whose places are stored in fingerprints: append only.
var vetoWords = map[string]string{
	"en": `
not: not no never none neither nor cannot without fails_to failed_to unable unsigned
+consent: agree* accept* approv* welcom* endors* back backs backed embrac* support* willing ready
-consent: refus* reject* rebuff* declin* dismiss* oppos* rul*_out spurn* snub* unwilling
+confirm: confirm* acknowledg* admit*
-confirm: deny* deni* refut* disput*
+begin: begin* began begun start* resum* launch* restart* reopen* open opens opened renew*
-begin: end ends ended ending halt* suspend* stop* collaps* cancel* postpon* scrap* abandon* abort* break*_off broke_off
+keep: observ* respect* compl* uphold* upheld honour* honor* hold holds held holding
-keep: violat* breach* break breaks broke broken breaking flout*
+extend: extend* prolong* extension*
-extend: expir* laps*
+rise: rise rises rose rising increas* grow* gain* up higher more
-rise: fall falls fell falling drop* decreas* declin* down lower fewer less
+free: releas* free frees freed return*
-free: detain* arrest* captur* seiz* jail*
+near: close closer near nears nearing imminent progress breakthrough
-near: far stall* deadlock* stalemate impasse
+possible: possible likely can achievable realistic
-possible: impossible unlikely unrealistic unthinkable
+attend: attend* join joins joined arriv* participat*
-attend: skip* boycott* leav* left walk*_out withdraw* withdrew
2= two second twice* 3= three third 4= four fourth 5= five fifth 6= six sixth 7= seven seventh 8= eight eighth 9= nine ninth
10= ten tenth 11= eleven* 12= twelve twelfth 13= thirteen* 14= fourteen* 15= fifteen* 16= sixteen* 17= seventeen* 18= eighteen* 19= nineteen*
20= twenty twentieth 30= thirty thirtieth 40= forty fortieth 50= fifty fiftieth 60= sixty 70= seventy 80= eighty eightieth 90= ninety 1= first
x100= hundred x1000= thousand x1000000= million mln x1000000000= billion bn
says: say says said saying tell tells told warn* announc* add adds added claim* stat* insist* report*
act: ceasefire* cease truce* armistice talk talks negotiat* peace deal* pact* meet* summit* attack* strike* struck kill* dead wound* fire* shell* drone* missile* sign* swap* exchang* prisoner* sanction* war propos* plan* offer* call* troop* accus* threat* demand* vote* visit*
@easter: easter* @christmas: christmas* xmas @newyear: new_year* @victoryday: victory_day @independence: independence_day @ramadan: ramadan* @eid: eid @goodfriday: good_friday @orthodox: orthodox @olympics: olympic* @midterms: midterm* @anniversary: anniversar*
@monday: monday* @tuesday: tuesday* @wednesday: wednesday* @thursday: thursday* @friday: friday* @saturday: saturday* @sunday: sunday*
@january: january jan @february: february feb @april: april apr @june: june jun @july: july jul @august: august aug @september: september sept sep @october: october oct @november: november nov @december: december dec
`,
	"uk": `
not: не немає нема без відсутн* неможлив* not2: ні жод* ніхто нічого ніколи
+consent: погод* згод* прийня* прийма* схвал* підтрим* готов* вітає вітають
-consent: відмов* відхил* відкин* відкид* заперечу* проти
+confirm: підтверд* визнал* визнав
-confirm: спросту* спростов* заперечив* заперечил*
+begin: поча* почин* розпоча* віднов* старту* запуск* відкри*
-begin: заверш* закінч* припин* зупин* призупин* скасу* перерва* зірва* зірвал* відкла*
+keep: дотрим* поважа* викон*
-keep: поруш* зрив*
+extend: продовж* пролонг* -extend: сплив* вичерп*
+rise: зрос* зроста* збільш* підвищ* більше -rise: знизи* зменш* впа* скороти* менше
+free: звільн* поверн* відпуст* -free: затрим* заареш* захопи* полон*
+near: близьк* наближ* прогрес* прорив* -near: далек* глухий_кут
+possible: можлив* -possible: навряд*
+attend: прибу* приїд* приїха* приєдна* візьм* -attend: поки* виїха* вийш* бойкот*
2= два дві двох двом двома двоє друг* 3= три трьох трьом трьома троє трет* 4= чотири чотирьох четверо четверт* 5= п'ять п'яти п'ятьох п'ят* 6= шість шести шост* 7= сім семи сьом* 8= вісім восьми восьм* 9= дев'ять дев'яти дев'ят*
10= десять десяти десят* 11= одинадцят* 12= дванадцят* 13= тринадцят* 14= чотирнадцят* 15= п'ятнадцят* 16= шістнадцят* 17= сімнадцят* 18= вісімнадцят* 19= дев'ятнадцят* 20= двадцят* 30= тридцят* 40= сорок сорока 50= п'ятдесят* 60= шістдесят* 70= сімдесят* 80= вісімдесят* 90= дев'яност* 1= перш*
x100= сто сотн* x1000= тисяч* тис x1000000= мільйон* млн x1000000000= мільярд* млрд
says: сказа* заяви* каже кажуть повідом* наголос* зазнач* вважа* попере* розпов* дода* оголос*
act: перемир* припинен* вогн* перегов* перемовин* мир миру мирн* угод* домовл* зустріч* саміт* атак* удар* обстріл* загин* поранен* вби* ракет* дрон* підпис* обмін* полонен* санкці* війн* план* пропози* заклик* віськ* звинувач* погрож* вимаг* візит*
@easter: великод* пасх* @christmas: різдв* @newyear: новий_рік* нового_року новим_роком @victoryday: день_перемог* дня_перемог* @independence: день_незалежн* дня_незалежн* @ramadan: рамадан* @goodfriday: страсн* @orthodox: православн* @olympics: олімпі* @anniversary: річниц* роковин*
@monday: понеділ* @tuesday: вівтор* @wednesday: серед* @thursday: четвер* @friday: п'ятниц* @saturday: субот* @sunday: неділ*
@january: січ* @february: лютого лютий @march: берез* @april: квіт* @may: травн* травень @june: черв* @july: лип* @august: серп* @september: верес* @october: жовт* @november: листопад* @december: груд*
`,
	"ru": `
not: не нет без отсутств* невозможн* нельзя not2: ни никто ничего никогда никак*
+consent: соглас* приня* принима* одобр* поддерж* готов* приветств*
-consent: отказ* отверг* отклон* против откаж*
+confirm: подтверд* призна* -confirm: опроверг* отриц*
+begin: нача* начин* возобнов* стартов* запус* откры*
-begin: заверш* законч* прекра* останов* приостанов* отмен* сорва* прерва* отлож*
+keep: соблюд* уважа* выполн* -keep: наруш* срыв*
+extend: продл* пролонг* -extend: истек*
+rise: вырос* рост* увелич* повыс* больше -rise: сниз* уменьш* упа* сократ* меньше
+free: освобо* верн* отпуст* -free: задерж* арест* захват* плен*
+near: близ* приближ* прогресс* прорыв* -near: далек* тупик*
+possible: возмож* -possible: вряд маловероятн*
+attend: прибы* приеха* приед* присоедин* -attend: покин* уеха* выш* выход* бойкот*
2= два две двух двум двумя двое второ* втора* вторы* 3= три трех трем тремя трое трет* 4= четыре четырех четверо четверт* 5= пять пяти пятью пятый пятая пятого пятой пятом 6= шесть шести шест* 7= семь семи седьм* 8= восемь восьми восьм* 9= девять девяти девят*
10= десять десяти десят* 11= одиннадцат* 12= двенадцат* 13= тринадцат* 14= четырнадцат* 15= пятнадцат* 16= шестнадцат* 17= семнадцат* 18= восемнадцат* 19= девятнадцат* 20= двадцат* 30= тридцат* 40= сорок сорока 50= пятьдесят* 60= шестьдесят* 70= семьдесят* 80= восемьдесят* 90= девяност* 1= первы* перва* перво*
x100= сто сотн* x1000= тысяч* тыс x1000000= миллион* млн x1000000000= миллиард* млрд
says: сказа* заяви* говор* сообщ* подчеркн* отмет* счита* предупре* рассказ* добав* объяв*
act: перемир* прекращен* огн* перегов* мир мира мирн* сделк* соглашен* договор* встреч* саммит* атак* удар* обстрел* погиб* ранен* уби* ракет* беспилотн* дрон* подпис* обмен* пленн* санкци* войн* план* предлож* призва* войск* обвин* угро* треб* визит*
@easter: пасх* @christmas: рождеств* @newyear: новый_год* нового_года новым_годом @victoryday: день_побед* дня_побед* дню_побед* @independence: день_независим* дня_независим* @ramadan: рамадан* @goodfriday: страстн* @orthodox: православн* @olympics: олимпи* @anniversary: годовщин*
@monday: понедельн* @tuesday: вторник* @wednesday: среду среда среды @thursday: четверг* @friday: пятниц* @saturday: суббот* @sunday: воскресень*
@january: январ* @february: феврал* @march: марта март марте @april: апрел* @may: мая мае @june: июн* @july: июл* @august: август* @september: сентябр* @october: октябр* @november: ноябр* @december: декабр*
`,
	"de": `
not: nicht kein keine keinen keiner keinem nie niemals ohne unmöglich not2: weder noch nichts niemand
+consent: zustimm* stimm*_zu akzeptier* angenomm* annimmt begrüß* unterstütz* billig* einverstanden bereit zugestimmt
-consent: ablehn* lehn*_ab abgelehnt weiger* verweiger* zurückgewiesen weist_zurück weist
+confirm: bestätig* einräum* -confirm: dementier* bestreit* bestritt* leugn*
+begin: beginn* begann begonnen start* aufgenommen wiederaufnahm* eröffn*
-begin: beend* ende endet endete stopp* ausgesetzt aussetz* abgebrochen abbruch abgesagt absag* verschob* verschieb* gescheitert scheiter* eingestellt
+keep: einhalt* eingehalten respektier* hält halten -keep: verletz* bricht brach gebrochen bruch verstoß* verstöß* verstoss*
+extend: verläng* -extend: läuft_aus abgelaufen
+rise: steig* stieg gestiegen erhöh* mehr -rise: sink* sank gesunken fall* fiel reduzier* weniger
+free: freigelassen frei freilass* befrei* zurückkehr* -free: festgenommen festnahm* verhaft* gefangen* erober*
+near: nah nahe näher fortschritt* durchbruch* -near: fern weit sackgasse stillstand
+possible: möglich wahrscheinlich -possible: unmöglich unwahrscheinlich
+attend: teilnehm* teilgenommen ankomm* angekommen eintreff* -attend: abgereist verlass* verlässt boykott* fernbleib*
2= zwei zweite zweiten zweiter zweites 3= drei dritt* 4= vier viert* 5= fünf fünft* 6= sechs sechst* 7= sieben siebt* siebent* 8= acht achte achten achter 9= neun neunt* 10= zehn zehnt* 11= elf elft* 12= zwölf zwölft* 13= dreizehn* 14= vierzehn* 15= fünfzehn* 16= sechzehn* 17= siebzehn* 18= achtzehn* 19= neunzehn* 20= zwanzig* 30= dreißig* 40= vierzig* 50= fünfzig* 60= sechzig* 70= siebzig* 80= achtzig* 90= neunzig* 1= erste ersten erster erstes
x100= hundert x1000= tausend x1000000= million millionen mio x1000000000= milliarde milliarden mrd
says: sagt sagte sagten gesagt erklärt erklärte erklärten warnt warnte teilt teilte meldet meldete betont betonte laut kündigt
act: waffenruh* waffenstillst* feuerpaus* verhandl* gespräch* frieden* abkommen* deal* treff* gipfel* angriff* angegriffen getötet tot tote toten verletzt* rakete* drohne* unterzeichn* austausch* gefangene* sanktion* krieg* plan* vorschl* forder* truppe* beschuldig* droh* besuch*
@easter: oster* @christmas: weihnacht* @newyear: neujahr* silvester* @victoryday: tag_des_sieges siegestag @independence: unabhängigkeitstag @ramadan: ramadan @goodfriday: karfreitag* @orthodox: orthodox* @olympics: olympi* @anniversary: jahrestag*
@monday: montag* @tuesday: dienstag* @wednesday: mittwoch* @thursday: donnerstag* @friday: freitag* @saturday: samstag* sonnabend* @sunday: sonntag*
@january: januar jänner @february: februar @march: märz @april: april @may: mai @june: juni @july: juli @august: august @september: september @october: oktober @november: november @december: dezember
`,
	"fr": `
not: ne n sans impossible not2: pas aucun aucune jamais rien non ni
+consent: accept* accord* approuv* salu* soutien* soutenu* prêt prête prêts
-consent: refus* rejet* écart* oppos* déclin* repouss*
+confirm: confirm* reconn* -confirm: dément* démenti* nie nient contest*
+begin: commenc* début* lanc* repren* repris* reprise* entam* ouvr*
-begin: termin* fin finit cess* suspend* suspen* arrêt* annul* interromp* rompu* rompre report* échou* échec
+keep: respect* tient tenu observ* -keep: viol* enfrei* bris*
+extend: prolong* -extend: expir*
+rise: augment* hausse* plus -rise: baiss* dimin* chut* moins
+free: libér* relâch* -free: détenu* arrêté* captur*
+near: proche* progrès avancée* percée* -near: loin impasse* blocage
+possible: possible* probable* -possible: impossible* improbable*
+attend: particip* rejoin* arriv* -attend: quitt* boycott* retir* absent*
2= deux deuxième* second seconde 3= trois troisième* 4= quatre quatrième* 5= cinq cinquième* 6= six sixième* 7= sept septième* 8= huit huitième* 9= neuf neuvième* 10= dix dixième* 11= onze 12= douze 13= treize 14= quatorze 15= quinze 16= seize 17= dix_sept 18= dix_huit 19= dix_neuf 20= vingt vingtième 30= trente 40= quarante 50= cinquante 60= soixante 70= soixante_dix 80= quatre_vingt* 90= quatre_vingt_dix 1= premier première premiers
x100= cent cents x1000= mille x1000000= million millions x1000000000= milliard milliards
says: dit dis disent déclar* affirm* annonc* averti* ajout* assur* selon estim*
act: cessez trêve* négoci* pourparlers paix accord* rencontr* sommet* attaqu* frapp* tué* tués mort* bless* missile* drone* sign* échang* prisonnier* sanction* guerre* plan* propos* appel* troupe* accus* menac* exig* visite*
@easter: pâques pascal* @christmas: noël @newyear: nouvel_an @victoryday: jour_de_la_victoire @independence: fête_de_l_indépendance jour_de_l_indépendance @ramadan: ramadan @goodfriday: vendredi_saint @orthodox: orthodox* @olympics: olympi* @anniversary: anniversair*
@monday: lundi @tuesday: mardi @wednesday: mercredi @thursday: jeudi @friday: vendredi @saturday: samedi @sunday: dimanche
@january: janvier @february: février @march: mars @april: avril @may: mai @june: juin @july: juillet @august: août @september: septembre @october: octobre @november: novembre @december: décembre
`,
	"pl": `
not: nie bez brak niemożliw* not2: żad* nikt nic nigdy ani
+consent: zgadza* zgodz* zgod* akcept* przyj* popar* popier* poparł* gotow* zatwierdz*
-consent: odmaw* odmów* odrzuc* odrzut* sprzeciw* odmow*
+confirm: potwierdz* przyzna* -confirm: zaprzecz* dementuj* zdementow*
+begin: rozpocz* zaczę* zaczyn* wznow* rusz* otwar* otwier*
-begin: zakończ* kończ* koniec wstrzym* zawies* przerwa* odwoł* zerwa* przełoż* zaprzest*
+keep: przestrzeg* szanuj* dotrzym* -keep: narusz* łam* złam*
+extend: przedłuż* -extend: wygas* upłyn*
+rise: wzros* rośn* wzrost* zwiększ* więcej -rise: spad* zmniejsz* obniż* mniej
+free: uwoln* uwalnia* zwoln* powr* -free: zatrzym* areszt* pojma*
+near: blisk* bliżej postęp* przełom* -near: dalek* impas*
+possible: możliw* prawdopodobn* -possible: nieprawdopodobn* mało_prawdopodobn*
+attend: przyby* przyjed* przyjech* dołącz* weź* -attend: opuś* wyjech* bojkot* wycof*
2= dwa dwie dwóch dwoma dwoje drugi druga drugie drugiej drugiego 3= trzy trzech trzem troje trzeci* 4= cztery czterech czworo czwart* 5= pięć pięciu pięcioro piąt* 6= sześć sześciu szóst* 7= siedem siedmiu siódm* 8= osiem ośmiu ósm* 9= dziewięć dziewięciu dziewiąt* 10= dziesięć dziesięciu dziesiąt* 11= jedenaś* jedenast* 12= dwanaś* dwunast* 13= trzynaś* trzynast* 14= czternaś* czternast* 15= piętnaś* piętnast* 16= szesnaś* szesnast* 17= siedemnaś* siedemnast* 18= osiemnaś* osiemnast* 19= dziewiętnaś* dziewiętnast* 20= dwadzieścia dwudziest* 30= trzydzieści trzydziest* 40= czterdzieści czterdziest* 50= pięćdziesiąt pięćdziesią* 60= sześćdziesią* 70= siedemdziesią* 80= osiemdziesią* 90= dziewięćdziesią* 1= pierwsz*
x100= sto setek setki x1000= tysiąc* tysięcy tys x1000000= milion* mln x1000000000= miliard* mld
says: mówi mówił* powiedzia* oświadcz* ogłosi* ostrzeg* dodał* stwierdz* poinformow* podał* twierdz* zapewni*
act: rozejm* zawieszen* broni ognia negocj* rozmow* rozmów pokoj* pokój umow* porozum* spotka* szczyt* atak* uderz* zabi* zgin* rann* rakiet* dron* podpis* wymian* jeńc* sankcj* wojn* plan* propoz* wezw* wojsk* oskarż* groz* żąda* wizyt*
@easter: wielkan* wielkiejnocy @christmas: boż*_narodzen* wigili* @newyear: nowy_rok* nowego_roku @victoryday: dzień_zwycięstwa dnia_zwycięstwa @independence: dzień_niepodległości dnia_niepodległości @ramadan: ramadan* @goodfriday: wielki_piątek @orthodox: prawosław* @olympics: olimpi* igrzysk* @anniversary: rocznic*
@monday: poniedział* @tuesday: wtorek wtorku wtorkow* @wednesday: środę środa środy środow* @thursday: czwartek czwartku czwartkow* @friday: piątek piątku piątkow* @saturday: sobot* @sunday: niedziel*
@january: stycz* @february: lut* @march: marca marcu marzec @april: kwiet* kwiec* @may: maja maju @june: czerw* @july: lipc* lipiec @august: sierp* @september: wrześ* wrzes* @october: paździer* @november: listopad* @december: grud*
`,
	"sv": `
not: inte ej icke aldrig ingen inget inga omöjlig* not2: varken
+consent: accepter* godkän* godta* instäm* stöd* stött* redo beredd* välkomn* går_med gått_med
-consent: avvis* avslå* avslog vägra* motsätt* nek* förkast*
+confirm: bekräft* erkän* -confirm: förnek* dementer* bestrid*
+begin: börja* inled* start* återuppta* öppna*
-begin: slut slutar avslut* stopp* upphör* ställ*_in inställ* avbr* skjut*_upp kollaps* bryt*_samman
+keep: håll* respekter* följ* -keep: bryt brut* bröt brott* kränk*
+extend: förläng* -extend: löp*_ut
+rise: ök* stig* mer fler -rise: minsk* sjunk* föll fall* färre mindre
+free: släpp* frige* frit* återvänd* -free: grip* fängsl* tillfångat*
+near: nära närmare framsteg* genombrott* -near: långt dödläge*
+possible: möjlig* trolig* sannolik* -possible: otrolig* osannolik*
+attend: delta* anlän* ankom* -attend: lämna* bojkott* utebli* hoppa*_av
2= två andra 3= tre tredje 4= fyra fjärde 5= fem femte 6= sex sjätte 7= sju sjunde 8= åtta åttonde 9= nio nionde 10= tio tionde 11= elva elfte 12= tolv tolfte 13= tretton* 14= fjorton* 15= femton* 16= sexton* 17= sjutton* 18= arton* 19= nitton* 20= tjugo* 30= trettio* 40= fyrtio* 50= femtio* 60= sextio* 70= sjuttio* 80= åttio* 90= nittio* 1= första
x100= hundra x1000= tusen x1000000= miljon miljoner x1000000000= miljard miljarder
says: säger sade sa uppger uppgav varna* meddel* enligt hävda* tillägg* förklar*
act: vapenvil* eldupphör* förhandl* samtal* fred* avtal* möt* toppmöt* attack* anfall* död* skad* robot* drönar* underteckn* utväxl* fång* sanktion* krig* plan* försl* kräv* trupp* anklag* hot* besök*
@easter: påsk* @christmas: jul julen juldag* julaft* @newyear: nyår* @victoryday: segerdag* @independence: självständighetsdag* @ramadan: ramadan @goodfriday: långfredag* @orthodox: ortodox* @olympics: olympi* os @anniversary: årsdag*
@monday: måndag* @tuesday: tisdag* @wednesday: onsdag* @thursday: torsdag* @friday: fredag* @saturday: lördag* @sunday: söndag*
@january: januari @february: februari @march: mars @april: april @may: maj @june: juni @july: juli @august: augusti @september: september @october: oktober @november: november @december: december
`,
}

// axes are the polarity classes, in the order of their bits.
var axes = []string{"consent", "confirm", "begin", "keep", "extend", "rise", "free", "near", "possible", "attend"}

// occasions are the named days, in the order of their bits.
var occasions = []string{
	"easter", "christmas", "newyear", "victoryday", "independence", "ramadan", "eid", "goodfriday", "orthodox", "olympics", "midterms", "anniversary",
	"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
	"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
}

// actorWords are who acts on whom, in all languages together: name, side, words.
// Names of one side stand for one another ("Moscow", "the Kremlin"); a person is
// not the state he speaks for, but no veto comes of one in place of the other.
const actorWords = `
russia russia: russi* росі* росси* русск* москв* москов* moscow* moskau* moskw* moskv* moscou* kreml* кремл* kremel* russe* russland* russisch* rosj* rosyj* ryssland* rysk* ryss* рф
ukraine ukraine: ukrain* україн* украин* kyiv* kiev* kiew* kijow* kijów* київ* києв* киев* зсу всу
putin russia: putin* poutin* путин* путін*
zelensky ukraine: zelensk* zełensk* selensk* зеленс*
lavrov russia: lavrov* lawrow* ławrow* лавров*
peskov russia: peskov* peskow* pieskow* песков* пєсков*
medinsky russia: medinsk* мединс*
ushakov russia: ushakov* uschakow* uszakow* ouchakov* usjakov* ушаков*
dmitriev russia: dmitriev* dmitriew* dmitrijew* dmitrijev* дмитриев* дмитрієв*
medvedev russia: medvedev* medwedew* miedwiediew* medvedjev* медведев* медведєв*
yermak ukraine: yermak* jermak* iermak* ермак* єрмак*
umerov ukraine: umerov* umerow* umierow* oumerov* умеров* умєров*
sybiha ukraine: sybiha* sibiha* sybiga* сибіг* сибиг*
us us: us usa u_s united_states america* american* amerika* amerik* ameryk* états_unis etats_unis américain* usa* сша американ* white_house weiße* weißen_haus* maison_blanche бел*_дом* біл*_дім* біл*_дом* biał*_dom* vita_huset washington* вашингтон* waszyngton* pentagon* пентагон* vereinigt*_staaten stan*_zjednoczon*
trump us: trump* трамп*
biden us: biden* байден* bajden*
rubio us: rubio* рубио рубіо
witkoff us: witkoff* уиткофф* виткофф* уиткоф* виткоф* віткофф* віткоф*
vance us: vance* вэнс* венс*
kellogg us: kellogg* келлог*
hegseth us: hegseth* хегсет* гегсет*
kushner us: kushner* кушнер*
blinken us: blinken* блинкен* блінкен*
eu europe: eu europe* europa* europe* europä* européen* europej* ue ес єс евросоюз* євросоюз* европ* європ* brussels brüssel* bruxelles bruksel* bryssel* брюссел*
nato nato: nato нато otan
france france: france french français* frankreich* französisch* francj* francus* frankrike* fransk* франц* paris paryż* париж*
macron france: macron* макрон*
germany germany: german* deutsch* deutschland* allemagn* allemand* niemc* niemiec* niemieck* tyskland* tysk* герман* німеч* німец* berlin* берлин* берлін*
merz germany: merz* мерц*
scholz germany: scholz* шольц*
uk uk: uk britain* british* britisch* großbritannien* royaume_uni britanni* brytyj* brytani* storbritannien* brittisk* британ* london* londyn* лондон*
starmer uk: starmer* стармер*
poland poland: poland* polish polen* polnisch* pologn* polonais* polsk* польш* польщ* польск* польськ* warsaw* warschau* varsovie* warszaw* варшав*
turkey turkey: turkey* turkish türkei* türkisch* turquie* turc turcs turcj* turec* turkiet* turkisk* турц* туреч* турец* ankar* анкар*
erdogan turkey: erdogan* erdoğan* эрдоган* ердоган*
china china: china* chinese chines* chine chinois* chin chiny chińsk* kina* kinesisk* китай* китая китаю beijing peking* pékin pekin* пекин* пекін*
xi china: xi xi_jinping си_цзиньпин* сі_цзіньпін*
belarus belarus: belarus* biélorussi* białoru* weißrussland* vitryss* беларус* білорус* белорус* minsk* мінськ* минск*
lukashenko belarus: lukashenk* lukaschenk* loukachenk* łukaszenk* lukasjenk* лукашенк*
hungary hungary: hungar* ungar* hongr* węgr* węgier* ungern* венгр* угорщ* угорськ* budapest* будапешт*
orban hungary: orban* orbán* орбан*
iran iran: iran* tehran* teheran* téhéran* иран* іран* тегеран*
israel israel: israel* israël* izrael* израил* ізраїл*
netanyahu israel: netanyahu* netanjahu* nétanyahou* нетаньяху*
hamas palestine: hamas* хамас*
palestine palestine: palestin* palästin* палестин* gaza* газа газе газу газі gazie gazy
hezbollah lebanon: hezbollah* hisbollah* хезболл* хезболла*
lebanon lebanon: leban* liban* libanon* ливан* ліван*
syria syria: syria* syrien* syrie* syri* сири* сирі*
saudi saudi: saudi* saoudit* саудовск* саудівськ*
qatar qatar: qatar* katar* катар*
egypt egypt: egypt* ägypt* égypt* egipt* егип* єгип*
un un: un_general un_security un_chief uno united_nations onu onz оон vereint*_nation*
guterres un: guterres* гутерриш* гутерреш*
pope vatican: pope papst* pape papież* påve* папа_римск* vatican* vatikan* watykan* ватикан*
northkorea northkorea: north_korea* nordkorea* corée_du_nord северн*_коре* північн*_коре*
india india: india* indien* inde indyj* инди* інді* delhi
pakistan pakistan: pakistan* пакистан*
armenia armenia: armen* armén* армен* вірмен*
azerbaijan azerbaijan: azerba* aserba* азербайдж*
sudan sudan: sudan* soudan* судан*
yemen yemen: yemen* jemen* yémen* houthi* huthi* хусит* хуті*
taiwan taiwan: taiwan* tajwan* тайван*
japan japan: japan* japon* япон*
wagner wagner: wagner* вагнер*
`
