import sys
open(sys.argv[2],'w').write('<!doctype html>')
open(sys.argv[3],'w').write('')
