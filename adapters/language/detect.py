"""English or Welsh, by words that belong to one of them alone and by Welsh spelling; no model, nothing to download."""

from __future__ import annotations

import re

from adapters.language.clauses import plain, word_set

ENGLISH, WELSH = "en", "cy"

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
LEAST_WORDS = 2

WELSH_WORDS = word_set(
    """
    a'i a'r ac af aeth ag agos am amser ar arall arno at aethon ati atom awr bach bawb bellach beth ble bo bob bod
    bois boi bore braf bron brwd bu bwyd byd bydd byddai byddaf bydden byddent byddwch byddwn byth bywyd caiff cael
    cafodd cafwyd cawsom ceir chi chwarae chwe chwech cyd cyfarfod cyfer cyflog cyflogau cyfle cyfleoedd
    cyfleusterau cyfnod cyn cynnar cyntaf da dach dal dan dda dechrau dechreuodd defnyddio dewch deud ddim ddau
    ddechrau ddiwedd ddiwrnod ddoe ddwy ddyn ddysgu deg der di diddorol diolch dim diwrnod diwylliant dod dof does
    doedd doedden dw dwi dwy dy dych dydd dydw dydy dydyn dyddiau dyfodol dylai dylech dylem dylid dyma dyna dynion
    dysgu dwed dweud ddydd e'r ein eich eisiau eisoes eithaf eleni ella er erbyn ers esgus eto eu ewch fach faint
    fan fawr fe fel felly fi fo fod fu fy fydd fyddai fyny fyw gall gallai gallu gan gawn gawson ges gennym gennyf
    gilydd glir gorau gormod gwaith gweithio gwell gwneud gwybod gwyliau gyda gyfer gyd gyfan gyflog gyntaf gyrraedd
    gyd'r hanner hawdd hefyd heb heddiw heno hi hir hoff holl honno hwn hwnnw hwyl hwyr hyd hyfforddiant hyn hynny
    hynod i'r iawn iddi iddo iddyn iddynt ie isel lawer lawr lle llai llawer llawn lleoliad llwyth llwyddo llynedd
    mae mae'n mae'r maen maes maent mai mawr meddai meddwl menywod merch mewn mewnol mi mis mlynedd moes mor moyn
    mwy mwyaf myfyrwyr mynd na'r nac nad nawr neb nes nesa nesaf neu neud newid newydd ni nid niwed nod noson nos
    nhw o'r oddi oed oedd oeddem oeddwn oeddent oes ofnadwy ohono ohoni ol on'd ond oni os paham pam pan pawb peidio
    peidiwch pen penderfynu petai pethau pnawn pob pobl popeth prif prin prynhawn pwy pwysau pwysig rhag rhai
    rhaglen rhaid rhan rheolwr rheolwyr rhoi rhwng rhy rhyw rhywbeth rhywun roedd roeddwn roddodd rwan rwy rwyf
    rwy'n rydw rydych rydym ryw saith sawl sef sgwrs sicr siarad siop siwr staffio sut swydd swyddfa sydd sydd'n sy
    sy'n taith tan tair tebyg tecach teg teulu ti tra tri trwy tua tyd tydi unig unrhyw wahanol waith waeth wastad
    wedi weithiau wedyn wedi'i weld wella wendid wir wnaeth wneud wnes wrth wy'n wych wyddoch y'r ychydig yma ymlaen
    ymhlith yna ynddo yng ynghyd ynglyn ynglŷn ym yma'n yn yno yr ysgol ystod yw y'n'r ydi ydw ydych ydy ydym ydyn
    ydynt yr'r arweinyddiaeth cefnogaeth cydweithwyr oriau hyblyg parcio iechyd llesiant lles straen tîm timau gwych
    cyfathrebu rheoli rheolaeth datblygu hyder croeso ei ail aelod aelodau allan addysg adeilad agored anodd
    arbennig arian arfer aros barn barod blaen blant blwyddyn byr bychan bwysig cadw canol ceisio cofio colli
    cwestiwn cwrs cyfeillgar darllen dangos derbyn diflas disgwyl dros drws drwg drwy edrych effaith effeithiol
    efallai enghraifft enw erioed esbonio esbonio'r fewn fyddwn fynd gadael gael gair gallem ganddi ganddo gen
    ganddyn gobaith gofyn golau gorffen gwaeth gwahanol gwallgof gweddol gwrando gwella gwneir gwasanaeth gwybodaeth
    hapus helpu hoffi hoffwn hoffem hon hunain hwylus hyfryd iaith ifanc isio lan ma' mynnu methu mwyn mwynhau nifer
    ogystal parhau plant plentyn peth prysur pryd rhestr roi saesneg syniad syniadau sylw teithio uwch wythnos wyt
    ydyw wyf ystyried yfory ystafell 'di 'ma 'na tybed ynghylch meddyg nyrs nyrsys ysbyty apwyntiad cleifion gofal
    gweithwyr rhagor digon morâl gobeithio credu credaf teimlo teimlo'n gweld angen angen'n well'n cymru cymraeg
    gymraeg nghymru
    """,
)
# Written alike in both languages, these speak for neither.
SHARED = word_set("her on all is man pen bore boi ten do er des tan march")
ENGLISH_WORDS = word_set(
    """
    the and to of is are was were be been being have has had having with for from that this these those it its it's
    they their them there then than you your yours we our us my me he she his her him who what when where why which
    how not but or if so as by in on at an into about would could should will shall can't don't didn't very more
    less most too also just only good great better best bad work working staff team people manager management need
    needs pay time job company some any all no yes because after before over under up out off get got do does did
    done make much many new every always never nothing everything please thank thanks i'm i've cannot isn't wasn't
    aren't doesn't while gets give given gave help helped well we're you're they're let like look love take took
    think told want went won't world years year day days care call long other own same see still such through use
    used way without around again between both each even feel few find first hard high however keep last life little
    made may might must next old once part put
    """,
)
# Spelling that Welsh has and English has not, and the English words it would catch all the same.
LETTERS = re.compile(
    r"[ŵŷ]|[âêîô]|^ngh|^mh\w|^nh\w|^rh[^ey]|^ll\w|^dd\w|^ff\w|^gw[yrln]|^ch[wd]|^wn|dd$|[^f]ff?wr$|[aeiouwy]ll$"
    r"|wydd|wyr$|iaeth$|^cy[nfdms]|^gy[nfdms]|^ym\w|[^aeiou]wch$|aeth$|odd$|nnau$|iau$|[a-z]iwn$|oedd$|ais$|iad(?:au)?$"
    r"|[^e]dd[aeiouwy]|[a-z]wy[dnr]|rff|ngh|nhau$|edd$|ydd$|ir$|iw[nm]|[dl]wn$|^ni'|^i'[rwnm]$|'[nrwmui]$",
)
NOT_WELSH = re.compile(
    r"^(?:[fgtwp]?all|[bcdfghjkmpstwy]+[aeiou]ll|\w+(?:[sd][kp]?ill|[scrbtp][aeo]ll|[rs]oll|[hl][io]ll)|i?ll|llama|llm|ddos"
    r"|dais|their|[cfhps]*t?air|chair|re?pair|affair|s?[stf]ir|india\w*|\w*[ao]dd\w*|[dtb][aeu]ddy|\w*[dl]adder|m[iu]ddle"
    r"|hidden|sudden\w*|ridd\w*|[bp]udd\w*|[bw]edd\w*|forbidden|pedd\w*|cyn\w*ic\w*|cyst\w*|symp\w*|cy[bc]\w*|cylin\w*|y'all)$",
)
STRONG, WEAK, FAINT = 1.0, 0.8, 0.45
# Little words that are Welsh in Welsh company and mean nothing alone.
FAINT_WORDS = word_set(
    """
    i o a y am at dan dim ti di ma na be r gan os pan can mi bach hen hun ger ddim go to'r
    """,
)


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return WORD.findall(plain(text).lower())


def language(text: str) -> str:
    """Welsh only on positive evidence that outweighs the English, in at least two words."""
    said = words(text)
    if len(said) < LEAST_WORDS:
        return ENGLISH
    welsh = sum(map(looks_welsh, said))
    english = sum(word in ENGLISH_WORDS for word in said) + (said[0] == "i")
    return WELSH if welsh > english and welsh >= enough(said) else ENGLISH


def enough(said: list[str]) -> float:
    """How much Welsh evidence a text of this length needs."""
    return max(WEAK, 0.15 * len(said))


def looks_welsh(word: str) -> float:
    """How surely a word is Welsh."""
    if word in FAINT_WORDS:
        return FAINT
    if word in SHARED or word in ENGLISH_WORDS:
        return 0.0
    if word in WELSH_WORDS:
        return STRONG
    return WEAK if LETTERS.search(word) and not NOT_WELSH.match(word) else 0.0
