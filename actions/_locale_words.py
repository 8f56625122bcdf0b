"""What are months and weekdays called? From the Unicode CLDR, as they stand within a date; Monday comes first."""

_MONTHS = """
bg: януари,февруари,март,април,май,юни,юли,август,септември,октомври,ноември,декември
bs: januar,februar,mart,april,maj,juni,juli,august,septembar,oktobar,novembar,decembar
ca: de gener,de febrer,de març,d’abril,de maig,de juny,de juliol,d’agost,de setembre,d’octubre,de novembre,de desembre
cs: ledna,února,března,dubna,května,června,července,srpna,září,října,listopadu,prosince
da: januar,februar,marts,april,maj,juni,juli,august,september,oktober,november,december
de: Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember
el: Ιανουαρίου,Φεβρουαρίου,Μαρτίου,Απριλίου,Μαΐου,Ιουνίου,Ιουλίου,Αυγούστου,Σεπτεμβρίου,Οκτωβρίου,Νοεμβρίου,Δεκεμβρίου
es: enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre
et: jaanuar,veebruar,märts,aprill,mai,juuni,juuli,august,september,oktoober,november,detsember
eu: urtarrila,otsaila,martxoa,apirila,maiatza,ekaina,uztaila,abuztua,iraila,urria,azaroa,abendua
fi: tammikuuta,helmikuuta,maaliskuuta,huhtikuuta,toukokuuta,kesäkuuta,heinäkuuta,elokuuta,syyskuuta,lokakuuta,marraskuuta,joulukuuta
fr: janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre
ga: Eanáir,Feabhra,Márta,Aibreán,Bealtaine,Meitheamh,Iúil,Lúnasa,Meán Fómhair,Deireadh Fómhair,Samhain,Nollaig
gl: xaneiro,febreiro,marzo,abril,maio,xuño,xullo,agosto,setembro,outubro,novembro,decembro
hr: siječnja,veljače,ožujka,travnja,svibnja,lipnja,srpnja,kolovoza,rujna,listopada,studenoga,prosinca
hu: január,február,március,április,május,június,július,augusztus,szeptember,október,november,december
id: Januari,Februari,Maret,April,Mei,Juni,Juli,Agustus,September,Oktober,November,Desember
is: janúar,febrúar,mars,apríl,maí,júní,júlí,ágúst,september,október,nóvember,desember
it: gennaio,febbraio,marzo,aprile,maggio,giugno,luglio,agosto,settembre,ottobre,novembre,dicembre
lt: sausio,vasario,kovo,balandžio,gegužės,birželio,liepos,rugpjūčio,rugsėjo,spalio,lapkričio,gruodžio
lv: janvāris,februāris,marts,aprīlis,maijs,jūnijs,jūlijs,augusts,septembris,oktobris,novembris,decembris
mk: јануари,февруари,март,април,мај,јуни,јули,август,септември,октомври,ноември,декември
mt: Jannar,Frar,Marzu,April,Mejju,Ġunju,Lulju,Awwissu,Settembru,Ottubru,Novembru,Diċembru
nb: januar,februar,mars,april,mai,juni,juli,august,september,oktober,november,desember
nl: januari,februari,maart,april,mei,juni,juli,augustus,september,oktober,november,december
nn: januar,februar,mars,april,mai,juni,juli,august,september,oktober,november,desember
no: januar,februar,mars,april,mai,juni,juli,august,september,oktober,november,desember
pl: stycznia,lutego,marca,kwietnia,maja,czerwca,lipca,sierpnia,września,października,listopada,grudnia
pt: janeiro,fevereiro,março,abril,maio,junho,julho,agosto,setembro,outubro,novembro,dezembro
ro: ianuarie,februarie,martie,aprilie,mai,iunie,iulie,august,septembrie,octombrie,noiembrie,decembrie
ru: января,февраля,марта,апреля,мая,июня,июля,августа,сентября,октября,ноября,декабря
sk: januára,februára,marca,apríla,mája,júna,júla,augusta,septembra,októbra,novembra,decembra
sl: januar,februar,marec,april,maj,junij,julij,avgust,september,oktober,november,december
sq: janar,shkurt,mars,prill,maj,qershor,korrik,gusht,shtator,tetor,nëntor,dhjetor
sr: јануар,фебруар,март,април,мај,јун,јул,август,септембар,октобар,новембар,децембар
sv: januari,februari,mars,april,maj,juni,juli,augusti,september,oktober,november,december
tr: Ocak,Şubat,Mart,Nisan,Mayıs,Haziran,Temmuz,Ağustos,Eylül,Ekim,Kasım,Aralık
uk: січня,лютого,березня,квітня,травня,червня,липня,серпня,вересня,жовтня,листопада,грудня
vi: tháng 1,tháng 2,tháng 3,tháng 4,tháng 5,tháng 6,tháng 7,tháng 8,tháng 9,tháng 10,tháng 11,tháng 12
"""  # noqa: E501 - one language a line

_WEEKDAYS = """
bg: понеделник,вторник,сряда,четвъртък,петък,събота,неделя
bs: ponedjeljak,utorak,srijeda,četvrtak,petak,subota,nedjelja
ca: dilluns,dimarts,dimecres,dijous,divendres,dissabte,diumenge
cs: pondělí,úterý,středa,čtvrtek,pátek,sobota,neděle
da: mandag,tirsdag,onsdag,torsdag,fredag,lørdag,søndag
de: Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag,Sonntag
el: Δευτέρα,Τρίτη,Τετάρτη,Πέμπτη,Παρασκευή,Σάββατο,Κυριακή
es: lunes,martes,miércoles,jueves,viernes,sábado,domingo
et: esmaspäev,teisipäev,kolmapäev,neljapäev,reede,laupäev,pühapäev
eu: astelehena,asteartea,asteazkena,osteguna,ostirala,larunbata,igandea
fi: maanantaina,tiistaina,keskiviikkona,torstaina,perjantaina,lauantaina,sunnuntai
fr: lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche
ga: Dé Luain,Dé Máirt,Dé Céadaoin,Déardaoin,Dé hAoine,Dé Sathairn,Dé Domhnaigh
gl: luns,martes,mércores,xoves,venres,sábado,domingo
hr: ponedjeljak,utorak,srijeda,četvrtak,petak,subota,nedjelja
hu: hétfő,kedd,szerda,csütörtök,péntek,szombat,vasárnap
id: Senin,Selasa,Rabu,Kamis,Jumat,Sabtu,Minggu
is: mánudagur,þriðjudagur,miðvikudagur,fimmtudagur,föstudagur,laugardagur,sunnudagur
it: lunedì,martedì,mercoledì,giovedì,venerdì,sabato,domenica
lt: pirmadienis,antradienis,trečiadienis,ketvirtadienis,penktadienis,šeštadienis,sekmadienis
lv: pirmdiena,otrdiena,trešdiena,ceturtdiena,piektdiena,sestdiena,svētdiena
mk: понеделник,вторник,среда,четврток,петок,сабота,недела
mt: It-Tnejn,It-Tlieta,L-Erbgħa,Il-Ħamis,Il-Ġimgħa,Is-Sibt,Il-Ħadd
nb: mandag,tirsdag,onsdag,torsdag,fredag,lørdag,søndag
nl: maandag,dinsdag,woensdag,donderdag,vrijdag,zaterdag,zondag
nn: måndag,tysdag,onsdag,torsdag,fredag,laurdag,søndag
no: mandag,tirsdag,onsdag,torsdag,fredag,lørdag,søndag
pl: poniedziałek,wtorek,środa,czwartek,piątek,sobota,niedziela
pt: segunda-feira,terça-feira,quarta-feira,quinta-feira,sexta-feira,sábado,domingo
ro: luni,marți,miercuri,joi,vineri,sâmbătă,duminică
ru: понедельник,вторник,среда,четверг,пятница,суббота,воскресенье
sk: pondelok,utorok,streda,štvrtok,piatok,sobota,nedeľa
sl: ponedeljek,torek,sreda,četrtek,petek,sobota,nedelja
sq: e hënë,e martë,e mërkurë,e enjte,e premte,e shtunë,e diel
sr: понедељак,уторак,среда,четвртак,петак,субота,недеља
sv: måndag,tisdag,onsdag,torsdag,fredag,lördag,söndag
tr: Pazartesi,Salı,Çarşamba,Perşembe,Cuma,Cumartesi,Pazar
uk: понеділок,вівторок,середа,четвер,пʼятниця,субота,неділя
vi: Thứ Hai,Thứ Ba,Thứ Tư,Thứ Năm,Thứ Sáu,Thứ Bảy,Chủ Nhật
"""


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """Read a table with one language a line."""
    rows = (line.partition(": ") for line in text.strip().splitlines())
    return {language: tuple(names.split(",")) for language, _, names in rows}


MONTHS = _table(_MONTHS)
WEEKDAYS = _table(_WEEKDAYS)
