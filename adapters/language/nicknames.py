"""What people are called who are called something else on the list of staff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

# Each line: the whole name, then what is made of it, in English and in Welsh.
TABLE = """
abigail abi abby gail
albert al bert bertie albie
alexander alex alec sandy xander sasha lex
alexandra alex alexa lexi lexie sandra sandy sasha
alfred alf alfie fred
alison ali allie
alun al
amanda mandy
andrea andi andie
andrew andy drew dre
angharad anghie harri haf
angela angie ange
anthony tony ant
antonia toni
anne ann annie nan nancy
ann anne annie nan
archibald archie
arthur art
barbara babs barb barbie
benjamin ben benny benji
bernadette bernie
bethan beth
bethany beth
branwen bran
bridget bridie biddy
bronwen bron
cadwaladr cadi
caroline caz carrie caro
carolyn caz carrie lyn
carys caz
catherine cath cathy kate katie cat cathie
catrin cat cadi trin catz
cecilia cissie celia
ceinwen cein
ceridwen ceri
charles charlie chas chuck chaz
charlotte charlie lottie lotte char
christina chris tina chrissie chrissy
christine chris tina chrissie chrissy
christopher chris kit topher kris
clifford cliff
constance connie
cynthia cindy
dafydd dai daf dewi deio taff
daniel dan danny
danielle dani
david dave davy dai davey
deborah deb debs debbie
delyth del
derek del
desmond des
dewi dai
dominic dom
donald don donnie
dorothy dot dotty dottie dolly
douglas doug
edmund ed eddie ted
edward ed eddie ted teddy ned
eifion eif
eirlys eira
eleanor ellie nell nora elle
eleri lelli
elizabeth liz lizzie beth betty betsy bess eliza libby lisa lizzy elsie
elisabeth liz lizzie beth betty betsy bess eliza libby lisa lizzy elsie
emily em emmy millie
emma em emmy
eugene gene
evelyn evie
ffion ffi
florence flo florrie
frances fran frankie fanny
francis frank frankie fran
franklin frank
frederick fred freddie freddy
gabriel gabe
gareth gaz gar garth
geoffrey geoff
georgina george georgie gina
gerald gerry
geraint ger
gerard gerry ger
gillian gill gilly jill
gregory greg
griffith griff guto
gruffudd griff guto gruff
gruffydd griff guto gruff
gwenllian gwen gwenno llio llian
gwendoline gwen wendy
gwyneth gwyn gwen
gwilym gwil will
harold harry hal
harriet hattie harry
heledd hels
helen nell nellie
henry harry hal hank
herbert bert herb bertie
howard howie
hubert bert
hugh huw hughie
humphrey humph
ian yan
ifan ianto
ieuan ianto iau
isabel izzy bella belle
isabella izzy bella belle
isobel izzy
jacob jake
jacqueline jackie jacqui
james jim jimmy jamie jem
jane janie jenny
janet jan
janice jan
jason jase
jean jeanie
jeffrey jeff
jennifer jen jenny jenni jenn
jeremy jerry jem
jessica jess jessie
joan joanie
joanna jo joanne
joanne jo
john jack johnny jock jon
jonathan jon jonny jonty
joseph joe joey
josephine jo josie
joshua josh
joyce joy
judith judy judi
julia jules
julie jules
kathleen kath kathy kate
katherine kath kathy kate katie kat kit kitty kath
kathryn kath kathy kate katie kat
katharine kath kathy kate katie kat
kenneth ken kenny
kimberley kim
laura laurie
lawrence larry laurie
leonard len lenny leo
leslie les
lewis lew lewie
llewellyn llew llyw lew
llywelyn llew llyw llelo
louise lou lulu
lowri low
lucy luce
lynette lyn
madeleine maddie maddy
malcolm mal malc
margaret maggie meg peggy marge margie mags madge greta peg daisy rita
mair mari mai
marged mags meg
mared mags
margarid mags
martin marty
mary molly polly mamie
matilda tilly
matthew matt matty
maureen mo
megan meg
meredith merry
mererid mer
michael mike mick mickey micky
michelle shell chelle
mohammed mo moh
mohamed mo moh
muhammad mo moh
myfanwy myf myfi fanw fanny
nancy nan
natalie nat
natasha tasha nat
nathan nat nate
nathaniel nat nate
nicholas nick nicky nico
nicola nicky nikki nic
nigel nige
oliver olly ollie
olivia liv livvy livvie
owain ows
owen owie
pamela pam
patricia pat trish tricia patsy patty trisha
patrick pat paddy
penelope penny pen
peter pete
philip phil pip
phillip phil pip
phillipa pippa pip
philippa pippa pip
rachel rach
raymond ray
rebecca becky becca bex becks
reginald reg reggie
rhiannon rhi rhian nonnie
rhodri rhod
richard rick ricky rich richie dick dickie
robert rob bob bobby robbie bert rab
roberta bobbie
roderick rod roddy
rodney rod
roger rodge
ronald ron ronnie
rosemary rose rosie romy
rosalind ros
rupert ru
russell russ
ryan ry
samantha sam sammy
samuel sam sammy sami
sandra sandy
sarah sally sara sal
sharon shaz
sidney sid
simon si
sophia sophie sof
stanley stan
stephanie steph stevie
stephen steve stevie ste steph
steven steve stevie ste
stuart stu stew
susan sue susie suzie sukie
susannah sue susie suzie zanna
suzanne sue suzie
sylvia sylv
terence terry tel
teresa terri tess tessa
theresa terri tess tessa tracy
theodore theo ted teddy
thomas tom tommy tomo twm
timothy tim timmy
tomos tom tomo twm
trevor trev
tudur tud
valerie val
veronica vron ronnie
victor vic
victoria vicky vicki tori vic vikki
vincent vince vinny
virginia ginny
vivienne viv
walter wally walt
wilfred wilf fred
william will bill billy willie wills liam gwil wil
winifred win winnie freda
zachary zach zac
"""


def _pairs() -> Mapping[str, frozenset[str]]:
    known: defaultdict[str, set[str]] = defaultdict(set)
    for line in TABLE.split("\n"):
        whole, *short = line.split() or [""]
        for name in short:
            known[whole].add(name)
            known[name].add(whole)
    return {name: frozenset(others) for name, others in known.items()}


ALSO = _pairs()
"""For each name its short forms, and for each short form the names it may be short for."""
